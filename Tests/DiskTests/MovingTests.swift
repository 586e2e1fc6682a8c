import SystemPackage
import TestSupport
import Testing

@testable import Disk

/// What is done where a file system cannot move, link or exchange.
@Suite struct MovingTests {
  let test: TestFolder
  let disk = FaultyDisk()

  init() throws {
    test = try TestFolder()
  }

  @Test(arguments: [Errno.improperLink, .resourceBusy])
  func whatCannotBeMovedAsideIsRemovedWhereItIs(_ code: Errno) throws {
    try test.makeFolder("view/inner")
    try test.write("a", to: "view/inner/a")
    disk.arm(.call(1, code))
    try disk.removeInOneStep("view", in: test.folder)
    #expect(try test.paths().isEmpty)
  }

  @Test func failedMoveLeavesEverything() throws {
    try test.makeFolder("view")
    disk.arm(.call(1, .ioError))
    #expect(thrown { try disk.removeInOneStep("view", in: test.folder) }?.code == .ioError)
    #expect(try test.paths() == ["view"])
  }

  @Test(arguments: [nil, Errno.notPermitted, .notSupported, .tooManyLinks, .improperLink])
  func newNameIsGivenOnce(_ code: Errno?) throws {
    for text in ["first", "second"] {
      try test.write(text, to: "tmp")
      disk.arm(code.map { .call(1, $0) })
      let error = thrown { try disk.place("tmp", in: test.folder, asNew: "name", in: test.folder) }
      #expect(error?.code == (text == "first" ? nil : .fileExists))
      #expect(test.text(at: "name") == "first")
      // With links it is a second name of the same file, which the next text is not to change.
      try disk.removeFile("tmp", in: test.folder)
    }
  }

  @Test func fileIsCopiedToAnotherMount() throws {
    try test.makeFolder("from")
    try test.makeFolder("to")
    let text = String(repeating: "0123456789abcdef", count: 9_000)
    try test.write(text, to: "from/file")
    try test.write("old", to: "to/file")
    disk.arm(.call(1, .improperLink))
    try disk.moveFile("file", from: test.folder.openFolder("from"), to: test.folder.openFolder("to"))
    #expect(test.text(at: "to/file") == text)
    #expect(try test.paths() == ["from", "to", "to/file"])
  }

  @Test func contentIsReplacedAndFoldersStay() throws {
    for folder in ["old/kept", "old/gone", "new/kept", "new/added"] { try test.makeFolder(folder) }
    for file in ["old/kept/a", "old/kept/b", "old/gone/a", "old/top"] { try test.write("old", to: file) }
    for file in ["new/kept/a", "new/added/a", "new/gone"] { try test.write("new", to: file) }
    let old = try test.folder.openFolder("old")
    let kept = try old.openFolder("kept").attributes().identity
    try disk.replaceContent(of: old, from: test.folder.openFolder("new"))
    #expect(try old.openFolder("kept").attributes().identity == kept)
    let names = try test.paths().filter { $0.hasPrefix("old/") }
    #expect(names == ["old/added", "old/added/a", "old/gone", "old/kept", "old/kept/a"])
    #expect(test.text(at: "old/kept/a") == "new" && test.text(at: "old/gone") == "new")
  }
}
