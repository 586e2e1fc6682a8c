import Disk
package import Formats
package import ObjectStore
import Refs
package import RegistryModel
import SystemPackage

/// Proofs that a publisher signed two manifests of one version; both are kept (DESIGN section 8).
///
/// `logs/evidence/<name>`, a line each: `<time> <version> <known manifest id> <offered manifest id>`.
package struct EvidenceLog: Sendable {
  /// Two manifests of one version.
  package struct Entry: Equatable, Sendable {
    /// When the second one was offered, in whole seconds.
    package let time: Timestamp
    /// The version of both.
    package let version: String
    /// The manifest that was taken.
    package let known: ObjectID
    /// The manifest that was refused.
    package let offered: ObjectID

    var line: String { "\(time) \(version) \(known) \(offered)\n" }
  }

  let name: RegistryName
  let cache: Cache
  let disk: any Disk

  /// Stores the refused manifest and records the pair, unless it is recorded already.
  ///
  /// - Throws: `ObjectStoreError`, `DiskError`.
  func add(_ entry: Entry, offeredBytes: [UInt8]) throws {
    let noted = try Self.entries(of: name, in: cache)
    guard !noted.contains(where: { $0.known == entry.known && $0.offered == entry.offered }) else { return }
    let batch = try ObjectBatch(store: cache.store)
    try batch.add(offeredBytes, expecting: entry.offered)
    try batch.commit()
    let text = (noted + [entry]).map(\.line).joined()
    let logs = try disk.ensureFolder(RefsLayout.logs, in: cache.folder)
    let folder = try disk.ensureFolder(RefsLayout.evidence, in: logs)
    try AtomicFile(disk: disk).replace(ProjectLayout.view(name), in: folder, with: Array(text.utf8))
    try disk.synchronize(logs)
    try disk.synchronize(cache.folder)
  }

  /// Removes the evidence of the registry, durably.
  ///
  /// - Throws: `DiskError`.
  func remove() throws {
    guard let folder = try Self.findFolder(in: cache) else { return }
    try disk.removeFile(ProjectLayout.view(name), in: folder)
    try disk.synchronize(folder)
  }

  /// The file's attributes; nil when there is no evidence.
  ///
  /// - Throws: `DiskError`.
  func findAttributes() throws -> FileAttributes? {
    try Self.findFolder(in: cache)?.findAttributes(ProjectLayout.view(name))
  }

  /// All recorded pairs of a registry, oldest first.
  ///
  /// - Throws: `DiskError`; EINVAL when a line is not one that `add` writes.
  package static func entries(of name: RegistryName, in cache: Cache) throws -> [Entry] {
    guard let folder = try findFolder(in: cache),
      let bytes = try folder.findBytes(ProjectLayout.view(name), limit: Limits.maxEvidenceBytes)
    else { return [] }
    guard let entries = parse(bytes) else {
      throw DiskError(.read, folder.path.appending(ProjectLayout.view(name)), .invalidArgument)
    }
    return entries
  }

  /// Reads the lines; nil when one is not such as `add` writes.
  static func parse(_ bytes: [UInt8]) -> [Entry]? {
    var entries: [Entry] = []
    // Split as bytes: in a String, CR LF is one Character and would not split.
    for line in bytes.split(separator: UInt8(ascii: "\n")) {
      let words = line.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
        .map { String(decoding: $0, as: UTF8.self) }
      // try?: the caller says that a line is malformed.
      guard words.count == 4, let time = try? Timestamp(parsing: words[0]),
        let known = ObjectID(hex: words[2]), let offered = ObjectID(hex: words[3])
      else { return nil }
      entries.append(Entry(time: time, version: words[1], known: known, offered: offered))
    }
    return entries
  }

  /// The manifests kept as evidence, by registry.
  ///
  /// - Throws: As `entries`.
  static func objects(in cache: Cache) throws -> [(name: RegistryName, ids: [ObjectID])] {
    let names = try findFolder(in: cache)?.names() ?? []
    var objects: [(RegistryName, [ObjectID])] = []
    for name in names {
      // try?: the name of a temporary file is not a registry name.
      guard let registry = try? RegistryName(parsing: name.string) else { continue }
      objects.append((registry, try entries(of: registry, in: cache).flatMap { [$0.known, $0.offered] }))
    }
    return objects
  }

  private static func findFolder(in cache: Cache) throws(DiskError) -> Folder? {
    try cache.folder.findFolder(at: [RefsLayout.logs, RefsLayout.evidence])
  }
}
