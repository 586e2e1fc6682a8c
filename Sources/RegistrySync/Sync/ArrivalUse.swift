import Audit
import Disk
import ObjectStore
import RegistryModel

/// What is done with a file's bytes while they are at hand: they are audited, and written to the new view.
///
/// What is not done here, because it came another way or is one of many copies, is done later from the store.
struct ArrivalUse: Sendable {
  /// How many files with the same content are served at once; each of them costs a scan and a file.
  private static let maxCopies = 8
  /// The same for content that does not fit into memory: each scan holds a part of it.
  private static let maxLongCopies = 2

  let policy: Policy
  /// Takes the findings; nil where the policy wants no audit.
  let audited: AuditedFiles?
  /// Takes the files of the view; nil where there will be no new one.
  let draft: ViewDraft?

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
    for path in file.paths.prefix(Self.maxLongCopies) {
      if let draft, isTaken(shape, path) {
        stream.files.append(try draft.begin(TreePath(path.description)))
      }
      guard audited != nil else { continue }
      stream.scans.append(ArrivalStream.Scan(Self.makeScanner(path, file)))
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
  fileprivate var files: [DraftFile] = []
  fileprivate var scans: [Scan] = []

  /// The audit of the file under one of its paths.
  fileprivate struct Scan {
    var scanner: AuditScanner
    var reading: AuditReading

    init(_ scanner: AuditScanner) {
      (self.scanner, reading) = (scanner, AuditReading(scanner.file))
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
    for file in files { try file.write(bytes) }
    for index in scans.indices { scans[index].append(bytes) }
  }

  /// Ends a file whose bytes were proven; without this call nothing of it is kept.
  consuming func finish(as id: ObjectID) {
    for file in files { use.draft?.finish(file, as: id) }
    for var scan in scans {
      scan.finish()
      use.audited?.add(scan.scanner)
    }
  }
}
