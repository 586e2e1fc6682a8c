import Synchronization
import SystemPackage

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// A lock where the file system has no flock(2): a file `NAME.held` that one process alone can make (O_EXCL).
///
/// It keeps the promise that one process at a time writes, for more than flock would: processes that only want to share
/// shut each other out too. Within a process shared holders are counted. What it cannot do is vanish with its process,
/// so it names its owner, and the next one removes it when that process is gone (`FileOwner.isGone`).
struct OwnerFile: Sendable {
  /// Who holds an owner file in this process.
  private struct Place: Hashable {
    let folder: FileAttributes.Identity
    let name: FileName
  }

  private enum Holders {
    case exclusive
    case shared(Int)
  }

  private static let held = Mutex<[Place: Holders]>([:])

  private let folder: Folder
  private let name: FileName
  private let place: Place

  /// Takes the lock, unless another process or this one has it.
  ///
  /// - Returns: Nil when it is held.
  static func tryMake(
    for name: FileName,
    in folder: Folder,
    _ mode: FileLock.Mode
  ) throws(DiskError) -> OwnerFile? {
    guard let name = FileName(name.string + FileLock.ownerSuffix) else { return nil }
    let place = Place(folder: try folder.attributes().identity, name: name)
    let file = OwnerFile(folder: folder, name: name, place: place)
    return try held.withLock { (held) throws(DiskError) -> OwnerFile? in
      switch (held[place], mode) {
      case (.shared(let count), .shared): held[place] = .shared(count + 1)
      case (nil, _):
        guard try file.make() else { return nil }
        held[place] = mode == .shared ? .shared(1) : .exclusive
      default: return nil
      }
      return file
    }
  }

  /// Gives the lock back; the last holder of this process removes the file.
  func release() {
    Self.held.withLock { held in
      if case .shared(let count) = held[place], count > 1 { return held[place] = .shared(count - 1) }
      held[place] = nil
      // A file that cannot be removed is removed by the next owner, once this process is gone.
      _ = name.withPlatformString { unlinkat(folder.descriptor, $0, 0) }
    }
  }

  /// Makes the file, removing first one of a process that is gone.
  private func make() throws(DiskError) -> Bool {
    if try write(FileOwner.current, as: name) { return true }
    guard try isAbandoned() else { return false }
    // Who removes an abandoned file holds another one meanwhile: two who judged the same file could else remove the file
    // of whoever came first. Nobody removes this one for its owner, who would have to be killed between two calls.
    guard let breaking = FileName(name.string + ".break"), try write(FileOwner.current, as: breaking) else {
      return false
    }
    defer { _ = breaking.withPlatformString { unlinkat(folder.descriptor, $0, 0) } }
    guard try isAbandoned() else { return false }
    try systemCall(.lock, folder.path.appending(name)) {
      name.withPlatformString { unlinkat(folder.descriptor, $0, 0) }
    }
    return try write(FileOwner.current, as: name)
  }

  /// Whether the file's owner is a process that is certainly gone; a file that says nothing has its owner still.
  private func isAbandoned() throws(DiskError) -> Bool {
    guard let bytes = try folder.findBytes(name, limit: FileOwner.maximumBytes),
      let owner = FileOwner(String(decoding: bytes, as: UTF8.self))
    else { return false }
    return owner.isGone(for: .current)
  }

  /// - Returns: False when there is such a file.
  private func write(_ owner: FileOwner, as name: FileName) throws(DiskError) -> Bool {
    let disk = PosixDisk()
    let file: WritableFile
    do { file = try disk.createFile(name, in: folder, mode: 0o644) } catch  where error.code == .fileExists {
      return false
    }
    do { try disk.write(Array(owner.description.utf8).span.bytes, to: file) } catch {
      // try?: the first failure is the one to report.
      try? disk.removeFile(name, in: folder)
      throw error
    }
    return true
  }
}
