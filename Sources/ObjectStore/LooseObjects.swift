import Disk
import Synchronization
import SystemPackage

/// The objects that are stored as one file each: `objects/<first 2>/<other 62>` (DESIGN section 3.1).
final class LooseObjects: Sendable {
  let folder: Folder
  private let fanOuts = Mutex(OpenFanOuts())

  init(folder: Folder) {
    self.folder = folder
  }

  static func fileName(_ id: ObjectID) -> FileName {
    StoreLayout.component(id.digits(from: 2))
  }

  /// The path of an object's file, whether or not it exists; for messages only.
  func path(of id: ObjectID) -> FilePath {
    folder.path.appending(StoreLayout.fanOut(id.firstByte)).appending(Self.fileName(id))
  }

  /// The fan-out folder of an object, or nil when it does not exist.
  func findFanOut(of id: ObjectID) throws(DiskError) -> Folder? {
    let byte = id.firstByte
    if let known = fanOuts.withLock({ $0.find(byte) }) { return known }
    guard let opened = try folder.findFolder(StoreLayout.fanOut(byte)) else { return nil }
    fanOuts.withLock { $0.keep(opened, byte) }
    return opened
  }

  /// The fan-out folder of an object, created if it does not exist.
  func ensureFanOut(of id: ObjectID, disk: any Disk) throws(DiskError) -> Folder {
    if let existing = try findFanOut(of: id) { return existing }
    let made = try disk.ensureFolder(StoreLayout.fanOut(id.firstByte), in: folder)
    fanOuts.withLock { $0.keep(made, id.firstByte) }
    return made
  }

  /// The attributes of an object's file; nil when there is none.
  func findAttributes(_ id: ObjectID) throws(DiskError) -> FileAttributes? {
    try findFanOut(of: id)?.findAttributes(Self.fileName(id))
  }

  /// Opens an object's file; its content is not verified.
  ///
  /// - Throws: `ObjectStoreError.corrupt` for a link or special file in its place, `.disk`.
  func findCopy(_ id: ObjectID) throws(ObjectStoreError) -> StoredCopy? {
    do {
      guard let fanOut = try findFanOut(of: id), let file = try fanOut.findFile(Self.fileName(id)) else {
        return nil
      }
      return StoredCopy(file)
    } catch {
      if error.isWrongKind { throw .corrupt(id, path(of: id), .wrongKind) }
      throw .disk(error)
    }
  }

  /// Makes the entries of the fan-out folders of these bytes, or of all of them, durable.
  func synchronizeNames(_ bytes: Set<UInt8>?, disk: any Disk) throws(DiskError) {
    for byte in bytes?.sorted() ?? Array(UInt8.min...UInt8.max) {
      if let fanOut = try folder.findFolder(StoreLayout.fanOut(byte)) { try disk.synchronize(fanOut) }
    }
    try disk.synchronize(folder)
  }

  /// Removes the fan-out folders of these bytes that are empty, and drops all cached folder handles.
  ///
  /// Nobody else may use the store meanwhile: no object can be added through a handle to a removed folder.
  func removeEmptyFanOuts(_ bytes: Set<UInt8>, disk: any Disk) throws(DiskError) {
    fanOuts.withLock { $0 = OpenFanOuts() }
    for byte in bytes.sorted() {
      let name = StoreLayout.fanOut(byte)
      if let fanOut = try folder.findFolder(name), try fanOut.names().isEmpty {
        try disk.removeFolder(name, in: folder)
      }
    }
  }

  /// All entries of the object folder, listed by name only.
  struct Listing {
    /// The ids of all object files, sorted.
    var ids: [ObjectID] = []
    /// Entries whose names mmdos does not give, and files where a fan-out folder should be.
    var strangers: [FilePath] = []
  }

  private func isPackFolder(_ name: FileName) throws(DiskError) -> Bool {
    if name != StoreLayout.pack { return false }
    return try folder.findAttributes(name)?.kind == .folder
  }

  func list() throws(DiskError) -> Listing {
    var listing = Listing()
    for name in try folder.names() {
      let text = name.string
      guard text.utf8.count == 2, let byte = UInt8(text, radix: 16), StoreLayout.fanOut(byte) == name else {
        let isPacks = try isPackFolder(name)
        if name != StoreLayout.info && !isPacks {
          listing.strangers.append(folder.path.appending(name))
        }
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

/// A cache of open fan-out folders.
///
/// It is small: each store has 256 such folders, and a process may be limited to 64 open files. Opening one again
/// costs little compared to reading or writing a file in it, and is not needed while ids come in order.
private struct OpenFanOuts: Sendable {
  private static let limit = 12

  private var folders: [UInt8: Folder] = [:]
  /// The bytes of the open folders, a ring buffer that begins with the oldest at `oldest`.
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
