import Disk
import Synchronization
import SystemPackage

/// Objects that are one file each: `objects/<first 2>/<other 62>` (DESIGN section 3.1).
final class LooseObjects: Sendable {
  let folder: Folder
  private let fanOuts = Mutex(OpenFanOuts())

  init(folder: Folder) {
    self.folder = folder
  }

  /// The name of an object's file in its fan-out folder.
  static func fileName(_ id: ObjectID) -> FileName {
    StoreLayout.component(id.digits(from: 2))
  }

  /// Where an object's file is or would be; for messages only.
  func path(of id: ObjectID) -> FilePath {
    folder.path.appending(StoreLayout.fanOut(id.firstByte)).appending(Self.fileName(id))
  }

  /// The fan-out folder that an object belongs in, or nil when there is none yet.
  func findFanOut(of id: ObjectID) throws(DiskError) -> Folder? {
    let byte = id.firstByte
    if let known = fanOuts.withLock({ $0.find(byte) }) { return known }
    guard let opened = try folder.findFolder(StoreLayout.fanOut(byte)) else { return nil }
    fanOuts.withLock { $0.keep(opened, byte) }
    return opened
  }

  /// The fan-out folder that an object belongs in, made if need be.
  func ensureFanOut(of id: ObjectID, disk: any Disk) throws(DiskError) -> Folder {
    if let existing = try findFanOut(of: id) { return existing }
    let made = try disk.ensureFolder(StoreLayout.fanOut(id.firstByte), in: folder)
    fanOuts.withLock { $0.keep(made, id.firstByte) }
    return made
  }

  /// What the file system says of an object's file; nil when there is none.
  func findAttributes(_ id: ObjectID) throws(DiskError) -> FileAttributes? {
    try findFanOut(of: id)?.findAttributes(Self.fileName(id))
  }

  /// Opens an object's file, unproven.
  ///
  /// - Throws: `ObjectStoreError.corrupt` for a link or special file in its place, `.disk`.
  func findFile(_ id: ObjectID) throws(ObjectStoreError) -> ReadableFile? {
    do {
      guard let fanOut = try findFanOut(of: id) else { return nil }
      return try fanOut.findFile(Self.fileName(id))
    } catch {
      if error.isWrongKind { throw .corrupt(id, path(of: id), .wrongKind) }
      throw .disk(error)
    }
  }

  /// Makes the names of objects durable: those in the fan-out folders of these bytes, or in all of them.
  func synchronizeNames(_ bytes: Set<UInt8>?, disk: any Disk) throws(DiskError) {
    for byte in bytes?.sorted() ?? Array(UInt8.min...UInt8.max) {
      if let fanOut = try folder.findFolder(StoreLayout.fanOut(byte)) { try disk.synchronize(fanOut) }
    }
    try disk.synchronize(folder)
  }

  /// Removes the fan-out folders of these bytes that are empty, and forgets the handles of all.
  ///
  /// Nobody else may use the store: a handle to a removed folder takes no new object.
  func removeEmptyFanOuts(_ bytes: Set<UInt8>, disk: any Disk) throws(DiskError) {
    fanOuts.withLock { $0 = OpenFanOuts() }
    for byte in bytes.sorted() {
      let name = StoreLayout.fanOut(byte)
      if let fanOut = try folder.findFolder(name), try fanOut.names().isEmpty {
        try disk.removeFolder(name, in: folder)
      }
    }
  }

  /// Everything that lies here, without looking into it.
  struct Listing {
    /// The ids of all object files, sorted.
    var ids: [ObjectID] = []
    /// What has no name that this store gives, and what is no folder where one should be.
    var strangers: [FilePath] = []
  }

  func list() throws(DiskError) -> Listing {
    var listing = Listing()
    for name in try folder.names() {
      let text = name.string
      guard text.utf8.count == 2, let byte = UInt8(text, radix: 16), StoreLayout.fanOut(byte) == name else {
        if name != StoreLayout.info { listing.strangers.append(folder.path.appending(name)) }
        continue
      }
      do {
        guard let fanOut = try folder.findFolder(name) else { continue }
        for file in try fanOut.names() {
          if let id = ObjectID(hex: text + file.string) {
            listing.ids.append(id)
          } else {
            listing.strangers.append(fanOut.path.appending(file))
          }
        }
      } catch  where error.isWrongKind {
        listing.strangers.append(folder.path.appending(name))
      }
    }
    return listing
  }
}

/// The fan-out folders of a store that stay open to be used again.
///
/// Few: there are 256 in each store, and a process may have no more than 64 files open. Opening one again costs a
/// small part of what any use of a file in it does, and where ids come in order it is not needed.
private struct OpenFanOuts: Sendable {
  private static let limit = 12

  private var folders: [UInt8: Folder] = [:]
  /// Their bytes, oldest first from `oldest` on, and around.
  private var order: [UInt8] = []
  private var oldest = 0

  func find(_ byte: UInt8) -> Folder? { folders[byte] }

  mutating func keep(_ folder: Folder, _ byte: UInt8) {
    guard folders.updateValue(folder, forKey: byte) == nil else { return }
    guard order.count == Self.limit else { return order.append(byte) }
    folders[order[oldest]] = nil
    order[oldest] = byte
    oldest = (oldest + 1) % Self.limit
  }
}
