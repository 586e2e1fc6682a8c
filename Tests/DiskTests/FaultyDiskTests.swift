import Disk
import Foundation
import SystemPackage
import TestSupport
import Testing

/// The tests' own disk must lose what a careless program did not make durable, and nothing else.
struct FaultyDiskTests {
  let test: TestFolder
  let disk: FaultyDisk

  init() throws {
    test = try TestFolder()
    disk = FaultyDisk(aside: test.aside)
  }

  private func write(
    _ text: String,
    to name: FileName,
    in folder: Folder? = nil,
    synchronizing: Bool
  ) throws {
    let file = try disk.openForAppending(name, in: folder ?? test.folder)
    try disk.write(Array(text.utf8).span.bytes, to: file)
    if synchronizing { try disk.synchronize(file) }
  }

  // MARK: Failing

  @Test func chosenCallFailsAloneAndIsCounted() throws {
    disk.arm(.call(2, .noSpace), recording: true)
    try disk.makeFolder("a", in: test.folder)
    #expect(
      thrown { try disk.makeFolder("b", in: test.folder) }
        == DiskError(.makeFolder, test.folder.path.appending("b"), .noSpace)
    )
    try disk.makeFolder("c", in: test.folder)
    #expect(disk.callCount == 3)
    #expect(
      disk.operations == ["make folder cache/a", "make folder cache/b", "make folder cache/c"]
    )
    #expect(try test.paths() == ["a", "c"])
  }

  @Test func everyCallFailsFromTheChosenOneOn() throws {
    disk.arm(.from(2, .ioError))
    try disk.makeFolder("a", in: test.folder)
    #expect(thrown { try disk.makeFolder("b", in: test.folder) }?.code == .ioError)
    #expect(thrown { try disk.removeFolder("a", in: test.folder) }?.code == .ioError)
    #expect(try test.paths() == ["a"])
  }

  @Test func writeThatFailsWritesHalf() throws {
    disk.arm(.call(2, .noSpace))
    #expect(thrown { try write("1234", to: "file", synchronizing: false) }?.code == .noSpace)
    #expect(test.text(at: "file") == "12")
  }

  @Test func nothingWorksAfterAPowerCut() throws {
    try disk.powerCut()
    #expect(thrown { try disk.makeFolder("a", in: test.folder) }?.code == .ioError)
  }

  // MARK: Contents

  @Test(arguments: [(false, ""), (true, "new")])
  func newFileKeepsWhatWasSynchronized(synchronizing: Bool, expected: String) throws {
    try write("new", to: "file", synchronizing: synchronizing)
    try disk.synchronize(test.folder)
    try disk.powerCut()
    #expect(test.text(at: "file") == expected)
  }

  @Test(arguments: [
    (UnsyncedJournal.Contents.lost, "old"), (.torn, "old12"),
  ])
  func appendedBytesAreLostOrTorn(contents: UnsyncedJournal.Contents, expected: String) throws {
    try test.write("old", to: "file")
    try write("1234", to: "file", synchronizing: false)
    try disk.powerCut(contents: contents)
    #expect(test.text(at: "file") == expected)
  }

  @Test func truncatedBytesComeBack() throws {
    try test.write("old content", to: "file")
    let file = try disk.openForAppending("file", in: test.folder)
    try disk.truncate(file, to: 3)
    try disk.powerCut()
    #expect(test.text(at: "file") == "old content")
  }

  @Test func contentIsAsSureAsItsLastSynchronization() throws {
    try write("1", to: "file", synchronizing: true)
    try disk.synchronize(test.folder)
    let file = try disk.openForAppending("file", in: test.folder)
    try disk.write(Array("2".utf8).span.bytes, to: file)
    try disk.synchronize(file)
    try disk.write(Array("3".utf8).span.bytes, to: file)
    try disk.powerCut()
    #expect(test.text(at: "file") == "12")
  }

  @Test func synchronizationThatFailsMakesNothingDurable() throws {
    disk.arm(.call(3, .ioError))
    #expect(thrown { try write("new", to: "file", synchronizing: true) }?.code == .ioError)
    try disk.synchronize(test.folder)
    try disk.powerCut()
    #expect(test.text(at: "file") == "")
  }

  @Test func fileRenamedBeforeItsContentWasDurableIsEmpty() throws {
    try test.write("old", to: "file")
    try write("new", to: "tmp_1", synchronizing: false)
    try disk.rename("tmp_1", in: test.folder, to: "file", in: test.folder)
    try disk.synchronize(test.folder)
    try disk.powerCut()
    #expect(test.text(at: "file") == "")
  }

  @Test func fileIsSynchronizedByNameToo() throws {
    try write("new", to: "file", synchronizing: false)
    try disk.synchronizeFile("file", in: test.folder)
    try disk.synchronize(test.folder)
    try disk.powerCut()
    #expect(test.text(at: "file") == "new")
  }

  // MARK: Names

  @Test func newNamesGoUnlessKept() throws {
    try write("new", to: "file", synchronizing: true)
    try disk.makeFolder("folder", in: test.folder)
    try disk.link("file", in: test.folder, to: "second", in: test.folder)
    try disk.powerCut()
    #expect(try test.paths().isEmpty)
  }

  @Test func keptNamesStay() throws {
    try write("new", to: "file", synchronizing: true)
    try disk.makeFolder("folder", in: test.folder)
    try disk.powerCut(names: .kept)
    #expect(try test.paths() == ["file", "folder"])
  }

  @Test func replacedFileComesBackAndSoDoesTheOldName() throws {
    try test.write("old", to: "file")
    try write("new", to: "tmp_1", synchronizing: true)
    try disk.synchronize(test.folder)
    try disk.rename("tmp_1", in: test.folder, to: "file", in: test.folder)
    #expect(test.text(at: "file") == "new")
    try disk.powerCut()
    #expect(test.text(at: "file") == "old")
    #expect(test.text(at: "tmp_1") == "new")
  }

  @Test(arguments: [true, false])
  func renameBetweenFoldersIsAChangeInEach(isNewFolderSynchronized: Bool) throws {
    try test.makeFolder("from")
    try test.makeFolder("to")
    try test.write("content", to: "from/a")
    let (from, to) = (try test.folder.openFolder("from"), try test.folder.openFolder("to"))
    try disk.rename("a", in: from, to: "b", in: to)
    if isNewFolderSynchronized { try disk.synchronize(to) } else { try disk.synchronize(from) }
    try disk.powerCut()
    #expect(test.text(at: "from/a") == (isNewFolderSynchronized ? "content" : nil))
    #expect(test.text(at: "to/b") == (isNewFolderSynchronized ? "content" : nil))
  }

  @Test func removedTreeComesBackWhole() throws {
    try test.makeFolder("tree/inner")
    try test.write("1", to: "tree/inner/file")
    try test.write("2", to: "tree/file")
    try disk.removeRecursively("tree", in: test.folder)
    #expect(try test.paths().isEmpty)
    try disk.powerCut()
    #expect(try test.paths() == ["tree", "tree/file", "tree/inner", "tree/inner/file"])
    #expect(test.text(at: "tree/inner/file") == "1")
  }

  @Test func folderWhoseNameIsNotDurableGoesWithAllThatIsInIt() throws {
    let inner = try disk.ensureFolder("folder", in: test.folder)
    try write("content", to: "file", in: inner, synchronizing: true)
    try disk.synchronize(inner)
    try disk.powerCut()
    #expect(try test.paths().isEmpty)
  }

  @Test func folderThatIsNotEmptyIsNotRemoved() throws {
    try test.makeFolder("folder/inner")
    #expect(
      thrown { try disk.removeFolder("folder", in: test.folder) }?.code == .directoryNotEmpty
    )
  }

  @Test func renamedAndExchangedFoldersGoBack() throws {
    try test.makeFolder("a/1")
    try test.makeFolder("b/2")
    try disk.rename("a", in: test.folder, to: "c", in: test.folder)
    do {
      try disk.exchange("c", with: "b", in: test.folder)
    } catch {
      // A file system without exchange still has the rename to undo.
    }
    try disk.powerCut()
    #expect(try test.paths() == ["a", "a/1", "b", "b/2"])
  }

  @Test func whatASynchronizedFolderHoldsStays() throws {
    try test.write("old", to: "gone")
    try write("new", to: "tmp_1", synchronizing: true)
    try disk.rename("tmp_1", in: test.folder, to: "file", in: test.folder)
    try disk.removeFile("gone", in: test.folder)
    try disk.synchronize(test.folder)
    try disk.powerCut()
    #expect(try test.paths() == ["file"])
    #expect(test.text(at: "file") == "new")
  }

  @Test func fileSystemFlushMakesAllDurable() throws {
    try write("new", to: "file", synchronizing: false)
    let inner = try disk.ensureFolder("folder", in: test.folder)
    try write("new", to: "file", in: inner, synchronizing: false)
    guard try disk.synchronizeFileSystem(of: test.folder, files: 0, bytes: .max) else { return }
    try disk.powerCut()
    #expect(test.text(at: "file") == "new")
    #expect(test.text(at: "folder/file") == "new")
  }

  @Test func nothingIsKeptAsideOfWhatIsDurable() throws {
    try AtomicFile(disk: disk).replace("file", in: test.folder, with: [1])
    try AtomicFile(disk: disk).replace("file", in: test.folder, with: [2])
    #expect(try test.aside.names().isEmpty)
    #expect(try test.folder.findAttributes("file")?.linkCount == 1)
  }
}
