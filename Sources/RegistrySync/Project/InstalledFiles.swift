import Disk
import ObjectStore
import RegistryModel
import SystemPackage

/// The files that plugins bring, as they are in the project now; no link below the root is followed.
struct InstalledFiles: Sendable {
  /// A file that is there.
  struct Found: Equatable, Sendable {
    let id: ObjectID
    let bytes: [UInt8]
    /// The permission bits.
    let mode: UInt16
  }

  /// The most that is read of a file that stands where a plugin's is to be, in bytes.
  ///
  /// It is kept while it is being replaced, and compared; nothing that large is a plugin's.
  static let maxBytes: Int64 = 64 << 20

  let root: Folder
  let disk: any Disk

  /// Reads a file; nil when it, or a folder above it, is not there.
  ///
  /// - Throws: `PluginContentError.inTheWay` for a link or another kind of file, also above it;
  ///   `PluginContentError.fileTooLarge`, `DiskError`.
  func find(_ path: ManifestPath) throws -> Found? {
    do throws(DiskError) {
      guard let (folder, name) = try findPlace(path) else { return nil }
      guard let file = try folder.findFile(name) else { return nil }
      let bytes = try file.readAll(limit: Int(Self.maxBytes))
      let mode = try folder.findAttributes(name)?.mode ?? 0o644
      return Found(id: ObjectID(hashing: bytes), bytes: bytes, mode: UInt16(mode & 0o777))
    } catch {
      throw Self.wrapped(error, path)
    }
  }

  /// Whether anything at all has the name; a folder above it that is missing is no error.
  func isTaken(_ path: ManifestPath) throws -> Bool {
    do throws(DiskError) {
      guard let (folder, name) = try findPlace(path) else { return false }
      return try folder.findAttributes(name) != nil
    } catch {
      throw Self.wrapped(error, path)
    }
  }

  /// The folders above a path that are not there, the outermost first, each as its names from the root.
  func missingFolders(above path: ManifestPath) throws -> [[String]] {
    let names = Array(path.components.dropLast())
    do throws(DiskError) {
      var folder = root
      for (index, name) in names.enumerated() {
        guard let inner = try folder.findFolder(StoreLayout.component(name)) else {
          return (index..<names.count).map { Array(names[...$0]) }
        }
        folder = inner
      }
      return []
    } catch {
      throw Self.wrapped(error, path)
    }
  }

  /// Opens the folder of a file, making what is missing, durably.
  func makePlace(_ path: ManifestPath) throws -> (folder: Folder, name: FileName) {
    var names = path.components.map { StoreLayout.component($0) }
    let last = names.removeLast()
    do throws(DiskError) {
      var folder = root
      for name in names {
        let isNew = try folder.findFolder(name) == nil
        let inner = try disk.ensureFolder(name, in: folder)
        if isNew { try disk.synchronize(folder) }
        folder = inner
      }
      return (folder, last)
    } catch {
      throw Self.wrapped(error, path)
    }
  }

  /// Opens the folder of a file; nil when it is not there.
  func findPlace(_ path: ManifestPath) throws(DiskError) -> (folder: Folder, name: FileName)? {
    var names = path.components.map { StoreLayout.component($0) }
    let last = names.removeLast()
    var folder = root
    for name in names {
      guard let inner = try folder.findFolder(name) else { return nil }
      folder = inner
    }
    return (folder, last)
  }

  /// Says of a failure what it means for a plugin's file.
  static func wrapped(_ error: DiskError, _ path: ManifestPath) -> any Error {
    if error.code == .fileTooLarge { return PluginFileError.tooLarge(path, limit: maxBytes) }
    return error.isWrongKind ? PluginFileError.inTheWay(path) : error
  }
}
