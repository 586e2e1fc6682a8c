import Foundation
import SystemPackage
import TestSupport

@testable import Disk
@testable import ObjectStore

/// A store in a folder of one test, with shorthands for looking into it past the code under test.
struct TestStore {
  let scratch: ScratchFolder
  let objects: Folder
  let disk: FaultyDisk

  /// Makes an empty store; with power cuts only if asked for, because what they need costs time.
  init(canLosePower: Bool = false, _ name: String = #function) throws {
    scratch = try ScratchFolder(name)
    let root = try Folder.open(scratch.path)
    objects = try PosixDisk().ensureFolder(StoreLayout.objects, in: root)
    let aside = try PosixDisk().ensureFolder(StoreLayout.component("aside"), in: root)
    disk = FaultyDisk(aside: canLosePower ? aside : nil)
  }

  /// Enough for everything that a test leaves behind.
  static let adoption = AdoptionLimits(objectBytes: 1 << 20, totalBytes: 1 << 30)

  /// Opens the store anew, as the next command would.
  func open(_ disk: (any Disk)? = nil) throws -> ObjectStore {
    try ObjectStore(folder: Folder.open(objects.path), disk: disk ?? PosixDisk())
  }

  /// Commits payloads in one batch and returns their ids.
  @discardableResult
  func commit(_ payloads: [[UInt8]]) throws -> [ObjectID] {
    let batch = try ObjectBatch(store: open())
    let ids = try payloads.map { try batch.add($0) }
    try batch.commit()
    return ids
  }

  @discardableResult
  func commit(_ text: String) throws -> ObjectID {
    try commit([Array(text.utf8)])[0]
  }

  /// Commits the trees of a list of files given as path and text, with the blobs, and returns the root.
  func commitTree(_ files: [String: String]) throws -> ObjectID {
    let batch = try ObjectBatch(store: open())
    let list = try files.map { path, text in
      TreeFile(
        path: try TreePath(path),
        id: try batch.add(Array(text.utf8)),
        size: Int64(text.utf8.count)
      )
    }
    let root = try TreeBuilder.build(list) { _, payload throws(ObjectStoreError) in try batch.add(payload) }
    try batch.commit()
    return root
  }

  /// Commits a snapshot of a tree.
  func commitSnapshot(of tree: ObjectID, parent: ObjectID? = nil) throws -> ObjectID {
    try commit([try Snapshot.example(tree: tree, parent: parent).encoded()])[0]
  }

  // MARK: Files

  /// Where an object's file belongs, below the scratch folder.
  static func place(_ id: ObjectID) -> String {
    "objects/\(id.description.prefix(2))/\(id.description.dropFirst(2))"
  }

  func path(_ id: ObjectID) -> String { scratch.path.appending(Self.place(id)).string }

  /// Puts bytes where an object's file belongs, replacing what is there.
  func plant(_ bytes: [UInt8], as id: ObjectID) throws {
    try? FileManager.default.removeItem(atPath: path(id))
    try scratch.write(Self.place(id), bytes)
  }

  /// The bytes of an object's file.
  func stored(_ id: ObjectID) throws -> [UInt8] { try scratch.read(Self.place(id)) }

  /// The names directly in a folder below the scratch folder, sorted.
  func names(_ folder: String = "objects") throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: scratch.path.appending(folder).string).sorted()
  }

  /// The quarantine folders that stand.
  func quarantines() throws -> [String] {
    try names().filter { $0.hasPrefix("tmp_incoming-") }
  }
}

extension Snapshot {
  /// A snapshot with all its lines.
  static func example(
    tree: ObjectID = ObjectID(hashing: []),
    parent: ObjectID? = nil,
    signers: [Signer] = []
  ) -> Snapshot {
    Snapshot(
      tree: tree,
      parent: parent,
      source: "https://example.org/catalog.yaml",
      manifest: ObjectID(hashing: [1]),
      version: "1.2.0",
      generatedAt: "2026-01-02T03:04:05Z",
      syncedAt: "2026-01-03T00:00:00Z",
      publisher: "Example Org",
      trust: signers.isEmpty ? .unsigned : .verified,
      signers: signers,
      agent: "mmdos/0.1.0"
    )
  }
}

extension SeededGenerator {
  /// Bytes that do not compress.
  mutating func bytes(_ count: Int) -> [UInt8] {
    (0..<count).map { _ in UInt8(truncatingIfNeeded: next()) }
  }

  /// Text that compresses as prose does.
  mutating func text(_ count: Int) -> [UInt8] {
    let words = ["review", "the", "change", "against", "policy", "- check:", "run\n", "tests", "before"]
    var text: [UInt8] = []
    while text.count < count {
      text += Array((words.randomElement(using: &self) ?? "").utf8) + [0x20]
    }
    return Array(text.prefix(count))
  }

  /// A payload with one byte changed, removed, added or swapped with its neighbour.
  mutating func mutate(_ payload: [UInt8]) -> [UInt8] {
    var mutated = payload
    let index = Int.random(in: 0..<payload.count, using: &self)
    // Bytes that mean something to the formats are tried more often than others.
    let byte = Array(" \n019afbx/.\u{7F}\u{C2}\u{85}".utf8).randomElement(using: &self) ?? 0
    switch Int.random(in: 0..<6, using: &self) {
    case 0: mutated[index] = byte
    case 1: mutated[index] = UInt8(truncatingIfNeeded: next())
    case 2: mutated.remove(at: index)
    case 3: mutated.insert(byte, at: index)
    case 4: mutated.swapAt(index, max(0, index - 1))
    default: mutated = Array(mutated[..<index])
    }
    return mutated
  }
}

extension ScratchFolder {
  /// Puts other bytes in the place of a file that may not be written to.
  func replace(_ relativePath: String, _ bytes: some Sequence<UInt8>) throws {
    try FileManager.default.removeItem(atPath: path.appending(relativePath).string)
    try write(relativePath, bytes)
  }
}

/// The error that a body throws, or nil.
func failure<Failure: Error>(_ body: () throws(Failure) -> Void) -> Failure? {
  do {
    try body()
    return nil
  } catch {
    return error
  }
}

extension TestStore {
  /// The same folders with a disk that works.
  init(sharing other: TestStore) {
    scratch = other.scratch
    objects = other.objects
    disk = FaultyDisk()
  }
}
