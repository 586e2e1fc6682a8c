import Audit
import Disk
import ObjectStore
import RegistryModel
import Synchronization

/// What is done with a file's bytes while they are at hand: they are audited, and written to the new view.
///
/// What is not done here, because it came another way or is one of many copies, is done later from the store.
struct ArrivalUse: Sendable {
  /// How many files with the same content are served at once; each of them costs a scan and a file.
  private static let maxCopies = 8
  /// How many long files are audited at once as they arrive: each audit holds up to some megabytes of its file.
  private static let maxLongScans = 4

  let policy: Policy
  /// Takes the findings; nil where the policy wants no audit.
  let audited: AuditedFiles?
  /// Takes the files of the view; nil where there will be no new one.
  let draft: ViewDraft?
  private let slots = ScanSlots(count: Self.maxLongScans)

  init(policy: Policy, audited: AuditedFiles?, draft: ViewDraft?) {
    (self.policy, self.audited, self.draft) = (policy, audited, draft)
  }

  /// Uses a file that is in memory, proven and stored.
  ///
  /// - Throws: `DiskError`; `ObjectStoreError` for a path that no tree has.
  func take(_ bytes: [UInt8], _ shape: ContentShape, of file: WantedFile) throws {
    for path in file.paths.prefix(Self.maxCopies) {
      if let draft, isTaken(shape, path) {
        try draft.write(bytes.span.bytes, as: file.id, to: TreePath(path.description))
      }
      guard let audited else { continue }
      var scanner = Self.makeScanner(path, file)
      if ContentClass.isAudited(shape, name: path.description) {
        scanner.append(bytes.span.bytes)
      } else {
        scanner.discard()
      }
      audited.add(scanner)
    }
  }

  /// Begins to use a file that arrives in pieces; `shape` is what it looks like so far.
  ///
  /// - Throws: As `take`.
  func begin(_ file: WantedFile, _ shape: ContentShape) throws -> ArrivalStream {
    var stream = ArrivalStream(use: self)
    if let draft, isTaken(shape, file.path) {
      stream.output = try draft.begin(TreePath(file.path.description))
    }
    if audited != nil, let slot = slots.take() {
      stream.scan = ArrivalStream.Scan(Self.makeScanner(file.path, file), slot)
    }
    return stream
  }

  private static func makeScanner(_ path: ManifestPath, _ file: WantedFile) -> AuditScanner {
    AuditScanner(AuditFile(path: path.description, object: file.id)) { Cancellation.isRequested }
  }

  /// Whether the view has a file of this shape, as far as its bytes and its name say.
  fileprivate func isTaken(_ shape: ContentShape, _ path: ManifestPath) -> Bool {
    let text = path.description
    return Withholding.isNeeded(text)
      || policy.reason(toWithhold: ContentClass(shape, name: text), text) == nil
  }
}

/// A long file on its way to the audit and to the new view.
struct ArrivalStream: ~Copyable {
  fileprivate let use: ArrivalUse
  fileprivate var output: DraftFile?
  fileprivate var scan: Scan?

  fileprivate struct Scan {
    var scanner: AuditScanner
    var reading: AuditReading
    /// Held as long as the scan is.
    let slot: ScanSlots.Slot

    init(_ scanner: AuditScanner, _ slot: ScanSlots.Slot) {
      (self.scanner, reading, self.slot) = (scanner, AuditReading(scanner.file), slot)
    }

    mutating func append(_ bytes: RawSpan) { reading.append(bytes, to: &scanner) }

    mutating func finish() { reading.finish(&scanner) }
  }

  fileprivate init(use: ArrivalUse) {
    self.use = use
  }

  /// Passes on the next bytes.
  ///
  /// - Throws: `DiskError`.
  mutating func append(_ bytes: RawSpan) throws(DiskError) {
    try output?.write(bytes)
    scan?.append(bytes)
  }

  /// Ends a file whose bytes were proven; without this call nothing of it is kept.
  consuming func finish(as id: ObjectID) {
    if let output { use.draft?.finish(output, as: id) }
    guard var scan else { return }
    scan.finish()
    use.audited?.add(scan.scanner)
  }
}

/// How many scans of long files may run at the same time; a file without a slot is audited later.
private final class ScanSlots: Sendable {
  /// Returns its place when it goes away.
  final class Slot {
    private let slots: ScanSlots

    fileprivate init(_ slots: ScanSlots) {
      self.slots = slots
    }

    deinit { slots.left.withLock { $0 += 1 } }
  }

  private let left: Mutex<Int>

  init(count: Int) {
    left = Mutex(count)
  }

  /// A free slot; nil if there is none.
  func take() -> Slot? {
    let isFree = left.withLock { left in
      guard left > 0 else { return false }
      left -= 1
      return true
    }
    return isFree ? Slot(self) : nil
  }
}
