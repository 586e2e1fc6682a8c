import Disk
import ObjectStore
import Refs
import RegistryModel
import SystemPackage

/// The marks of a registry's view, and of the objects of its snapshot, as they were when all of it was proven.
///
/// What still has its mark is as it was then, and need not be read (docs/FORMATS.md, section 8b). `verify` and `fsck` pay
/// no heed to it.
struct ViewIndex: Equatable, Sendable {
  /// A folder of the view, and the files in it.
  struct Section: Equatable, Sendable {
    /// The folder's path in the view; empty for the view itself.
    let path: [FileName]
    let mark: FileMark
    let files: [File]
  }

  /// A file of the view.
  struct File: Equatable, Sendable {
    let name: FileName
    /// The id of its bytes.
    let id: ObjectID
    let mark: FileMark
  }

  /// The store's own files of a snapshot, its trees and its files.
  struct Stored: Equatable, Sendable {
    let snapshot: ObjectID
    /// The packs that hold some of it, by their hashes.
    ///
    /// The mark has the change time of the pack or its index, whichever is later.
    let packs: [Object]
    /// The loose objects.
    let loose: [Object]
  }

  /// A pack or a loose object.
  struct Object: Equatable, Sendable {
    let id: ObjectID
    let mark: FileMark
  }

  /// The hash of `checksums.json`, which says what the view has.
  let view: ObjectID
  /// What changed at this time or later, in nanoseconds since 1970, may have changed again unseen, within one tick of the
  /// clock of files: its mark proves nothing yet.
  var settled: Int64
  /// The view's folder and those in it, each before the folders in it.
  let sections: [Section]
  /// Nil where it is not known.
  let stored: Stored?

  /// Where the folders in a folder stand; they follow it, and lie deeper.
  func positions(ofFoldersIn index: Int) -> [Int] {
    let depth = sections[index].path.count
    return sections.indices[(index + 1)...].prefix { sections[$0].path.count > depth }
      .filter { sections[$0].path.count == depth + 1 }
  }

  /// The names of the folders in a folder.
  func folders(in index: Int) -> [FileName] {
    positions(ofFoldersIn: index).compactMap { sections[$0].path.last }
  }

  /// Where the folders stand, by their paths in the view.
  var positionsByPath: [[FileName]: Int] {
    Dictionary(sections.enumerated().map { ($1.path, $0) }, uniquingKeysWith: { first, _ in first })
  }

  /// The marks of the files in one folder.
  struct Marks: Sendable {
    fileprivate let settled: Int64
    fileprivate let files: [FileName: File]

    /// The id of a file's bytes, if its mark shows that it is as it was; else nil.
    ///
    /// - Throws: `DiskError`.
    func content(of name: FileName, in folder: Folder) throws(DiskError) -> ObjectID? {
      guard let file = files[name], file.mark.changeTime < settled,
        file.mark.matches(try folder.findAttributes(name))
      else { return nil }
      return file.id
    }
  }

  /// The marks of the files in the folder at a position.
  func marks(in position: Int) -> Marks {
    let files = sections[position].files.map { ($0.name, $0) }
    return Marks(
      settled: settled,
      files: Dictionary(files, uniquingKeysWith: { first, _ in first })
    )
  }

  // MARK: On disk

  /// Reads an index, of a name that `ProjectLayout` gives; nil when there is none, it cannot be read as one, or this machine
  /// did not write it.
  ///
  /// - Throws: `DiskError`.
  static func find(
    _ file: FileName,
    in cache: Folder,
    vouchedBy notary: any Notary
  ) throws -> ViewIndex? {
    guard let state = try cache.findFolder(RefsLayout.state) else { return nil }
    return try readBytes(file, in: state)
      .flatMap { ViewIndexCoding.decode($0, vouchedBy: notary) }
  }

  private static func readBytes(_ name: FileName, in state: Folder) throws(DiskError) -> [UInt8]? {
    do {
      return try state.findBytes(name, limit: Limits.maxViewIndexBytes)
    } catch {
      // Something else under the name is no index.
      guard error.isWrongKind || error.code == .fileTooLarge else { throw error }
      return nil
    }
  }

  /// Writes the index, if this machine has a key to vouch for it; without one nobody would believe it.
  ///
  /// - Throws: `DiskError`.
  func write(_ file: FileName, in cache: Folder, vouchedBy notary: any Notary, disk: any Disk) throws {
    guard let bytes = ViewIndexCoding.encode(self, vouchedBy: notary),
      bytes.count <= Limits.maxViewIndexBytes
    else { return }
    let folder = try disk.ensureFolder(RefsLayout.state, in: cache)
    try AtomicFile(disk: disk).replaceUnflushed(file, in: folder, with: bytes)
  }
}
