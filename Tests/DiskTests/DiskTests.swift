import Disk
import Foundation
import SystemPackage
import Testing

/// Every name-taking operation of a disk or a folder.
enum NameOperation: String, CaseIterable {
  case create, append, synchronizeFile, makeFolder, renameFrom, renameTo, exchangeFirst, exchangeSecond
  case linkFrom, linkTo, removeFile, removeFolder, removeRecursively, ensureFolder
  case findFolder, findFile, findBytes, findAttributes

  /// Does it to a name; the other name of a pair is `file`.
  func perform(_ name: FileName, in folder: Folder) throws {
    let disk = PosixDisk()
    let file = FileName("file")
    switch self {
    case .create: _ = try disk.createFile(name, in: folder, mode: 0o644)
    case .append: _ = try disk.openForAppending(name, in: folder)
    case .synchronizeFile: try disk.synchronizeFile(name, in: folder)
    case .makeFolder: try disk.makeFolder(name, in: folder)
    case .renameFrom: try disk.rename(name, in: folder, to: file, in: folder)
    case .renameTo: try disk.rename(file, in: folder, to: name, in: folder)
    case .exchangeFirst: try disk.exchange(name, with: file, in: folder)
    case .exchangeSecond: try disk.exchange(file, with: name, in: folder)
    case .linkFrom: try disk.link(name, in: folder, to: file, in: folder)
    case .linkTo: try disk.link(file, in: folder, to: name, in: folder)
    case .removeFile: try disk.removeFile(name, in: folder)
    case .removeFolder: try disk.removeFolder(name, in: folder)
    case .removeRecursively: try disk.removeRecursively(name, in: folder)
    case .ensureFolder: _ = try disk.ensureFolder(name, in: folder)
    case .findFolder: _ = try folder.findFolder(name)
    case .findFile: _ = try folder.findFile(name)
    case .findBytes: _ = try folder.findBytes(name, limit: 10)
    case .findAttributes: _ = try folder.findAttributes(name)
    }
  }
}

struct DiskTests {
  let test: TestFolder
  let disk = PosixDisk()

  init() throws {
    test = try TestFolder()
  }

  private func identity(_ name: FileName) throws -> FileAttributes.Identity? {
    try test.folder.findAttributes(name)?.identity
  }

  // MARK: Names

  @Test(arguments: NameOperation.allCases, [".", ".."])
  func nameThatLeavesTheFolderIsRefused(operation: NameOperation, name: String) throws {
    try test.write("kept", to: "file")
    let component = try #require(FileName(name))
    let error = thrown { try operation.perform(component, in: test.folder) }
    #expect(error?.code == .invalidArgument)
    #expect(try test.paths() == ["file"])
  }

  // MARK: Links and special files

  @Test(
    arguments: [
      NameOperation.append, .synchronizeFile, .ensureFolder, .findFolder, .findFile, .findBytes,
    ],
    ["outside", "nowhere", "folder"]
  )
  func linkIsNotFollowed(operation: NameOperation, target: String) throws {
    try test.write("kept", to: "outside")
    try test.makeFolder("folder")
    try test.link("link", to: target)
    let error = try #require(thrown { try operation.perform("link", in: test.folder) })
    #expect(error.isWrongKind)
    #expect(test.text(at: "outside") == "kept")
    #expect(test.text(at: "nowhere") == nil)
  }

  @Test func linkIsNotWrittenThrough() throws {
    try test.write("kept", to: "outside")
    try test.link("link", to: "outside")
    #expect(thrown { _ = try disk.createFile("link", in: test.folder, mode: 0o644) }?.code == .fileExists)
    #expect(thrown { try disk.makeFolder("link", in: test.folder) }?.code == .fileExists)
    #expect(try test.folder.findAttributes("link")?.kind == .link)
    try disk.removeFile("link", in: test.folder)
    #expect(try test.paths() == ["outside"])
    #expect(test.text(at: "outside") == "kept")
  }

  @Test func renameReplacesALinkAndNotItsTarget() throws {
    try test.write("kept", to: "outside")
    try test.write("new", to: "file")
    try test.link("link", to: "outside")
    try disk.rename("file", in: test.folder, to: "link", in: test.folder)
    #expect(try test.folder.findAttributes("link")?.kind == .file)
    #expect(test.text(at: "outside") == "kept")
  }

  @Test(arguments: [NameOperation.append, .findFile, .findBytes, .synchronizeFile, .findFolder])
  func specialFileIsRefusedAtOnce(operation: NameOperation) throws {
    try test.makeFIFO("fifo")
    #expect(thrown { try operation.perform("fifo", in: test.folder) } != nil)
  }

  @Test func folderIsNoFileAndAFileNoFolder() throws {
    try test.makeFolder("folder")
    try test.write("", to: "file")
    #expect(thrown { _ = try test.folder.findFile("folder") }?.code == .isDirectory)
    #expect(thrown { _ = try test.folder.findFolder("file") }?.isWrongKind == true)
    #expect(thrown { _ = try disk.openForAppending("folder", in: test.folder) }?.isWrongKind == true)
    #expect(thrown { _ = try disk.ensureFolder("file", in: test.folder) }?.isWrongKind == true)
  }

  @Test func handleStaysInItsFolderWhenThePathIsReplacedByALink() throws {
    try test.makeFolder("real")
    try test.makeFolder("planted")
    let real = try test.folder.openFolder("real")
    try disk.rename("real", in: test.folder, to: "moved", in: test.folder)
    try test.link("real", to: "planted")
    _ = try disk.createFile("x", in: real, mode: 0o644)
    #expect(try test.paths() == ["moved", "moved/x", "planted", "real"])
  }

  // MARK: Reading

  @Test func absentIsNilAndRequiredIsAnError() throws {
    #expect(try test.folder.findFolder("no") == nil)
    #expect(try test.folder.findBytes("no", limit: 1) == nil)
    #expect(try test.folder.findAttributes("no") == nil)
    #expect(thrown { _ = try test.folder.openFolder("no") }?.code == .noSuchFileOrDirectory)
    #expect(thrown { try disk.synchronizeFile("no", in: test.folder) }?.code == .noSuchFileOrDirectory)
    let path = FilePath(test.path("no"))
    #expect(thrown { _ = try Folder.open(path) } == DiskError(.open, path, .noSuchFileOrDirectory))
  }

  @Test func bytesAreReadUpToTheLimitAndNoFurther() throws {
    try test.write("12345", to: "file")
    #expect(try test.folder.findBytes("file", limit: 5) == Array("12345".utf8))
    #expect(thrown { _ = try test.folder.findBytes("file", limit: 4) }?.code == .fileTooLarge)
    try test.write("", to: "empty")
    #expect(try test.folder.findBytes("empty", limit: 0) == [])
  }

  @Test func namesAreSortedByBytesAndWithoutDots() throws {
    for name in ["b", "a", "B", ".hidden", "a-"] { try test.write("", to: name) }
    #expect(try test.folder.names().map(\.string) == [".hidden", "B", "a", "a-", "b"])
    #expect(try test.folder.names().map(\.string) == [".hidden", "B", "a", "a-", "b"])
  }

  @Test func parentIsTheFolderAbove() throws {
    try test.makeFolder("inner")
    let inner = try test.folder.openFolder("inner")
    let parent = try #require(try inner.parent())
    #expect(try parent.attributes().identity == test.folder.attributes().identity)
    #expect(parent.path == test.folder.path)
    #expect(try Folder.open("/").parent() == nil)
  }

  @Test func attributesSayWhatIsThere() throws {
    try test.write("123", to: "file")
    try FileManager.default.setAttributes([.posixPermissions: 0o646], ofItemAtPath: test.path("file"))
    try disk.link("file", in: test.folder, to: "second", in: test.folder)
    let attributes = try #require(try test.folder.findAttributes("file"))
    #expect(attributes.kind == .file)
    #expect(attributes.size == 3)
    #expect(attributes.mode == 0o646)
    #expect(attributes.isWritableByEveryone)
    #expect(attributes.linkCount == 2)
    #expect(attributes.owner == getuid())
    #expect(attributes.changeTime > 1_600_000_000_000_000_000)
    #expect(try identity("second") == attributes.identity)
    try test.makeFIFO("fifo")
    #expect(try test.folder.findAttributes("fifo")?.kind == .other)
    #expect(try test.folder.attributes().kind == .folder)
  }

  // MARK: Writing

  @Test(arguments: [(UInt16(0o644), UInt32(0o644)), (0o600, 0o600), (0o444, 0o444)])
  func fileHasTheModeAskedFor(mode: UInt16, expected: UInt32) throws {
    let file = try disk.createFile("file", in: test.folder, mode: mode)
    try disk.write([1, 2].span.bytes, to: file)
    // What the umask of the tests' user takes away is not the disk's doing.
    let mask = umask(0)
    umask(mask)
    #expect(try test.folder.findAttributes("file")?.mode == expected & ~UInt32(mask))
    try disk.makeFolder("folder", in: test.folder)
    #expect(try test.folder.findAttributes("folder")?.mode == 0o755 & ~UInt32(mask))
  }

  @Test func createRefusesWhatExists() throws {
    try test.write("kept", to: "file")
    let error = thrown { _ = try disk.createFile("file", in: test.folder, mode: 0o644) }
    #expect(error == DiskError(.create, test.folder.path.appending("file"), .fileExists))
    #expect(test.text(at: "file") == "kept")
  }

  @Test func appendedBytesFollowWhatIsThereAlsoAfterTruncation() throws {
    try test.write("abcdef", to: "file")
    let file = try disk.openForAppending("file", in: test.folder)
    try disk.truncate(file, to: 3)
    try disk.write(Array("xy".utf8).span.bytes, to: file)
    try disk.write(Array("z".utf8).span.bytes, to: file)
    try disk.synchronize(file)
    #expect(test.text(at: "file") == "abcxyz")
    _ = try disk.openForAppending("new", in: test.folder)
    #expect(test.text(at: "new") == "")
  }

  @Test func largeWriteIsWhole() throws {
    let bytes = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0) }
    let file = try disk.createFile("file", in: test.folder, mode: 0o644)
    try disk.write(bytes.span.bytes, to: file)
    #expect(try test.folder.findBytes("file", limit: bytes.count) == bytes)
  }

  @Test func deviceIsRefused() throws {
    #if os(Linux)
      let device = try Folder.open("/dev")
      // It could be opened; that it is no regular file is what refuses it.
      #expect(thrown { _ = try disk.openForAppending("full", in: device) }?.code == .invalidArgument)
    #endif
  }

  @Test func exchangeSwapsTwoFolders() throws {
    try test.makeFolder("one/a")
    try test.makeFolder("two/b")
    let error = thrown { try disk.exchange("one", with: "two", in: test.folder) }
    // A file system may be unable to; the callers of `exchange` know these three.
    if let code = error?.code, [.invalidArgument, .noFunction, .improperLink].contains(code) { return }
    #expect(error == nil)
    #expect(try test.paths() == ["one", "one/b", "two", "two/a"])
    #expect(
      thrown { try disk.exchange("one", with: "no", in: test.folder) }?.code == .noSuchFileOrDirectory
    )
  }

  @Test func renameMovesBetweenFoldersAndReplaces() throws {
    try test.makeFolder("other")
    let other = try test.folder.openFolder("other")
    try test.write("new", to: "file")
    try test.write("old", to: "other/name")
    try disk.rename("file", in: test.folder, to: "name", in: other)
    #expect(test.text(at: "other/name") == "new")
    #expect(try test.paths() == ["other", "other/name"])
    #expect(
      thrown { try disk.rename("no", in: test.folder, to: "name", in: other) }?.code
        == .noSuchFileOrDirectory
    )
  }

  @Test func linkRefusesToReplace() throws {
    try test.write("a", to: "a")
    try test.write("b", to: "b")
    #expect(
      thrown { try disk.link("a", in: test.folder, to: "b", in: test.folder) }?.code == .fileExists
    )
    #expect(test.text(at: "b") == "b")
  }

  @Test func ensureFolderMakesItOnce() throws {
    let first = try disk.ensureFolder("folder", in: test.folder)
    let second = try disk.ensureFolder("folder", in: test.folder)
    #expect(try first.attributes().identity == second.attributes().identity)
  }

  @Test func synchronizingWorksOnFilesFoldersAndTheFileSystem() throws {
    try test.write("a", to: "a")
    try disk.synchronizeFile("a", in: test.folder)
    try disk.synchronize(test.folder)
    // True or false depends on the file system; both are answers, an error is not.
    _ = try disk.synchronizeFileSystem(of: test.folder, files: 0, bytes: .max)
  }

  // MARK: Removing

  @Test func absentIsRemovedAlready() throws {
    try disk.removeFile("no", in: test.folder)
    try disk.removeFolder("no", in: test.folder)
    try disk.removeRecursively("no", in: test.folder)
  }

  @Test func removingIsForOneKindAndEmptyFolders() throws {
    try test.makeFolder("folder/inner")
    try test.write("", to: "file")
    #expect(thrown { try disk.removeFile("folder", in: test.folder) } != nil)
    #expect(thrown { try disk.removeFolder("file", in: test.folder) }?.code == .notDirectory)
    #expect(thrown { try disk.removeFolder("folder", in: test.folder) }?.code == .directoryNotEmpty)
    #expect(try test.paths() == ["file", "folder", "folder/inner"])
  }

  @Test func removeRecursivelyRemovesLinksAndNotWhatTheyPointTo() throws {
    try test.makeFolder("outside")
    try test.write("kept", to: "outside/file")
    try test.makeFolder("tree/inner/deep")
    try test.write("", to: "tree/inner/file")
    try test.link("tree/to-folder", to: "../outside")
    try test.link("tree/inner/to-file", to: "../../outside/file")
    try test.link("tree/to-nowhere", to: "nowhere")
    try test.makeFIFO("tree/fifo")
    try disk.removeRecursively("tree", in: test.folder)
    #expect(try test.paths() == ["outside", "outside/file"])
    try test.link("link", to: "outside")
    try disk.removeRecursively("link", in: test.folder)
    #expect(try test.paths() == ["outside", "outside/file"])
    try disk.removeRecursively("outside", in: test.folder)
    #expect(try test.paths().isEmpty)
  }
}
