import Disk
import Formats
import ObjectStore
import RegistryModel
import SystemPackage

/// The files of plugins in the project; links below the root are not followed.
struct InstalledFiles: Sendable {
  /// The content of an existing file.
  struct Found: Equatable, Sendable {
    let id: ObjectID
    let bytes: [UInt8]
    /// The permission bits.
    let mode: UInt16

    /// Whether it is this content but for its line ends, which version control may convert.
    func differsInLineEndsOnly(from other: ObjectID?) -> Bool {
      guard let other, id != other, bytes.contains(UInt8(ascii: "\n")), !bytes.contains(0) else {
        return false
      }
      return ObjectID(hashing: LineEnds.withNewlines(bytes)) == other
        || ObjectID(hashing: LineEnds.withCarriageReturns(bytes)) == other
    }

    /// Whether it is this content, line ends aside.
    func isSame(as other: ObjectID?) -> Bool { id == other || differsInLineEndsOnly(from: other) }
  }

  let root: Folder
  let disk: any Disk

  /// Reads a file; nil when the file or a folder above it does not exist.
  ///
  /// - Throws: `PluginContentError.inTheWay` for a link or another kind of file, also above it;
  ///   `PluginContentError.fileTooLarge`, `DiskError`.
  func find(_ path: ManifestPath) throws -> Found? {
    do throws(DiskError) {
      guard let (folder, name) = try findPlace(path) else { return nil }
      guard let file = try folder.findFile(name) else { return nil }
      let bytes = try file.readAll(limit: Int(Limits.maxInstalledFileBytes))
      let mode = try folder.findAttributes(name)?.mode ?? 0o644
      return Found(id: ObjectID(hashing: bytes), bytes: bytes, mode: UInt16(mode & 0o777))
    } catch {
      throw Self.wrapped(error, path)
    }
  }

  /// Whether anything has the name; a missing folder above it is not an error.
  func isTaken(_ path: ManifestPath) throws -> Bool {
    do throws(DiskError) {
      guard let (folder, name) = try findPlace(path) else { return false }
      return try folder.findAttributes(name) != nil
    } catch {
      throw Self.wrapped(error, path)
    }
  }

  /// The missing folders above a path, the outermost first, each as its names from the root.
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

  /// Opens the folder of a file, creating missing folders durably.
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

  /// Opens the folder of a file; nil when it does not exist.
  func findPlace(_ path: ManifestPath) throws(DiskError) -> (folder: Folder, name: FileName)? {
    var names = path.components.map { StoreLayout.component($0) }
    let last = names.removeLast()
    return try root.findFolder(at: names).map { ($0, last) }
  }

  /// Converts a disk error to its meaning for a plugin's file.
  static func wrapped(_ error: DiskError, _ path: ManifestPath) -> any Error {
    if error.code == .fileTooLarge {
      return PluginFileError.tooLarge(path, limit: Limits.maxInstalledFileBytes)
    }
    return error.isWrongKind ? PluginFileError.inTheWay(path) : error
  }
}
