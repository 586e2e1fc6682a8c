import Foundation
package import SystemPackage

/// A folder of a test's own, removed with its last reference unless `MMDOS_KEEP_SCRATCH` is set.
package final class ScratchFolder: Sendable {
  /// Where the folder is; absolute, no links in it.
  package let path: FilePath

  /// Makes an empty folder; `name` only helps whoever looks at kept ones.
  package init(_ name: String = #function) throws {
    let label = name.prefix(40).filter { $0.isLetter || $0.isNumber }
    let root = FileManager.default.temporaryDirectory.resolvingSymlinksInPath().path
    path = FilePath(root).appending("mmdos-\(label)-\(UUID().uuidString.prefix(8))")
    try FileManager.default.createDirectory(atPath: path.string, withIntermediateDirectories: false)
  }

  deinit {
    guard ProcessInfo.processInfo.environment["MMDOS_KEEP_SCRATCH"] == nil else { return }
    // A test may leave folders that cannot be written; what is left is not worth a failure.
    try? FileManager.default.removeItem(atPath: path.string)
  }

  /// Writes a file, with the folders above it; gives back where it is.
  @discardableResult
  package func write(_ relativePath: String, _ bytes: some Sequence<UInt8>) throws -> FilePath {
    let file = path.appending(relativePath)
    try FileManager.default.createDirectory(
      atPath: file.removingLastComponent().string,
      withIntermediateDirectories: true
    )
    try Data(bytes).write(to: URL(fileURLWithPath: file.string))
    return file
  }

  /// Writes a text file, with the folders above it; gives back where it is.
  @discardableResult
  package func write(_ relativePath: String, text: String) throws -> FilePath {
    try write(relativePath, text.utf8)
  }

  /// Reads a file.
  package func read(_ relativePath: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: URL(fileURLWithPath: path.appending(relativePath).string)))
  }

  /// Makes a folder, with those above it; gives back where it is.
  @discardableResult
  package func makeFolder(_ relativePath: String) throws -> FilePath {
    let folder = path.appending(relativePath)
    try FileManager.default.createDirectory(atPath: folder.string, withIntermediateDirectories: true)
    return folder
  }
}
