import Disk
import Foundation
import SystemPackage
import TestSupport

/// A folder of one test, with shorthands for looking into it past the code under test.
struct TestFolder {
  /// Holds the folder under test, and beside it what a faulty disk keeps.
  let scratch: ScratchFolder
  let folder: Folder
  let aside: Folder

  init() throws {
    scratch = try ScratchFolder("Disk")
    folder = try Folder.open(scratch.makeFolder("cache"))
    aside = try Folder.open(scratch.makeFolder("aside"))
  }

  func path(_ name: String) -> String { "\(folder.path)/\(name)" }

  func write(_ text: String, to name: String) throws {
    try Data(text.utf8).write(to: URL(filePath: path(name)))
  }

  func text(at name: String) -> String? {
    FileManager.default.contents(atPath: path(name)).map { String(decoding: $0, as: UTF8.self) }
  }

  func makeFolder(_ name: String) throws {
    try FileManager.default.createDirectory(
      atPath: path(name),
      withIntermediateDirectories: true
    )
  }

  func link(_ name: String, to target: String) throws {
    try FileManager.default.createSymbolicLink(atPath: path(name), withDestinationPath: target)
  }

  func makeFIFO(_ name: String) throws {
    guard mkfifo(path(name), 0o644) == 0 else { throw Errno(rawValue: errno) }
  }

  /// Every path in the folder, sorted.
  func paths() throws -> [String] {
    try FileManager.default.subpathsOfDirectory(atPath: folder.path.string).sorted()
  }
}

/// What a call throws; `#expect(throws:)` cannot be used where a non-copyable value is in play.
func thrown(_ body: () throws -> Void) -> DiskError? {
  do {
    try body()
    return nil
  } catch {
    return error as? DiskError
  }
}
