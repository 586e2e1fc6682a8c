import Disk
import Formats
import ObjectStore
import RegistryModel
import SystemPackage

// The packs of a published folder.
extension OfferFolder {
  private static let listName = StoreLayout.component(OfferedFile.list)

  /// The packs that are offered; empty where none are, or what is wrong becomes a problem.
  ///
  /// - Throws: `DiskError`.
  func readList(_ problems: inout [PublishProblem]) throws -> PackList {
    // What else has that name is a mistake of its own.
    guard try folder.findAttributes(Self.listName)?.kind == .file else { return PackList() }
    do {
      guard let bytes = try folder.findBytes(Self.listName, limit: PackList.maxBytes) else {
        return PackList()
      }
      return try PackList.parse(bytes)
    } catch let problem as TextProblem {
      problems.append(.badPackList(problem))
    } catch let error as DiskError where error.code == .fileTooLarge {
      problems.append(
        .badPackList(TextProblem(.tooLarge(bytes: PackList.maxBytes + 1, limit: PackList.maxBytes), at: nil))
      )
    }
    return PackList()
  }

  /// Every pack that is missing, or not what the list says of it.
  ///
  /// - Throws: `DiskError`.
  func checkPacks(_ list: PackList, limits: Limits) throws -> [PublishProblem] {
    try list.packs.filter { try openPack($0, limits: limits) == nil }
      .map { .badPack(path: OfferedFile.pack($0.id).path) }
  }

  /// Opens a pack, all of whose objects are proven then; nil where it is missing or not what the list says of it.
  ///
  /// - Throws: `DiskError`.
  func openPack(_ pack: PackList.Pack, limits: Limits) throws -> PackFile? {
    guard let file = try findPack(pack) else { return nil }
    do {
      let bounds = PackScan.Limits(
        objectBytes: max(limits.maxFileBytes, limits.maxManifestBytes),
        totalBytes: limits.maxSnapshotBytes
      )
      let index = try PackScan.index(file, within: bounds)
      guard index.pack == pack.id, Int64(index.count) == pack.objects else { return nil }
      return try PackFile(file, index: index)
    } catch is PackProblem {
      return nil
    }
  }

  /// Whether the pack's file is there and has the size that the list states.
  ///
  /// - Throws: `DiskError`.
  func hasPack(_ pack: PackList.Pack) throws -> Bool { try findPack(pack) != nil }

  private func findPack(_ pack: PackList.Pack) throws -> ReadableFile? {
    let names = OfferedFile.pack(pack.id).names.map { StoreLayout.component($0) }
    guard let packs = try folder.findFolder(names[0]), let file = try packs.findFile(names[1]),
      file.attributes.size == pack.bytes
    else { return nil }
    return file
  }

  /// The folder of the packs, made where it is missing.
  ///
  /// - Throws: `DiskError`.
  func ensurePacks() throws(DiskError) -> Folder {
    try disk.ensureFolder(Self.packs, in: folder)
  }

  /// Replaces the list; what it names is to be durable before.
  ///
  /// - Throws: `DiskError`.
  func write(_ list: PackList) throws(DiskError) {
    try AtomicFile(disk: disk).replace(Self.listName, in: folder, with: list.encode())
  }

  /// Removes the list; clients then ask for single files.
  ///
  /// - Throws: `DiskError`.
  func removeList() throws(DiskError) {
    guard try folder.findAttributes(Self.listName) != nil else { return }
    try disk.removeFile(Self.listName, in: folder)
    try disk.synchronize(folder)
  }

  /// Removes every pack that the list does not name, and what a killed publication left.
  ///
  /// - Throws: `DiskError`; some are removed already then.
  func removePacks(notIn list: PackList) throws {
    guard let packs = try folder.findFolder(Self.packs) else { return }
    let named = Set(list.packs.map { OfferedFile.pack($0.id).names[1] })
    for name in try packs.names() where Self.owns(name, at: [Self.packs]) {
      if !named.contains(name.string) { try disk.removeFile(name, in: packs) }
    }
  }
}
