import Disk
import SystemPackage

extension Session {
  /// Writes a file that the user named; `-` is for the caller.
  ///
  /// - Throws: `Failure` where the path is none of a file, or a file is there and is not to be replaced; `DiskError`.
  func write(_ bytes: [UInt8], to file: String, replaces: Bool) throws {
    let path = try absolute(file)
    guard let last = path.lastComponent, let name = FileName(last.string) else {
      throw Failure(ExitCodes.usage, "usage", "'\(file)' is not the path of a file")
    }
    let folder = try Folder.open(path.removingLastComponent())
    guard try replaces || folder.findAttributes(name) == nil else {
      throw Failure(ExitCodes.failure, "exists", "'\(file)' is there already", hint: "--force replaces it")
    }
    try AtomicFile(disk: disk).replace(name, in: folder, with: bytes)
  }
}
