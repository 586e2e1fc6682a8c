import Disk
import Foundation
import SystemPackage
import TestSupport
import Testing

struct AtomicFileTests {
  let test: TestFolder
  let disk: FaultyDisk

  init() throws {
    test = try TestFolder()
    disk = FaultyDisk(aside: test.aside)
  }

  private func replace(_ text: String, mode: UInt16 = 0o644) throws {
    try AtomicFile(disk: disk).replace("file", in: test.folder, with: Array(text.utf8), mode: mode)
  }

  @Test(arguments: [nil, "old content"])
  func contentIsReplaced(old: String?) throws {
    if let old { try test.write(old, to: "file") }
    try replace("new")
    #expect(test.text(at: "file") == "new")
    #expect(try test.paths() == ["file"])
    try replace("")
    #expect(test.text(at: "file") == "")
  }

  @Test func modeIsTheOneAskedForEvenOverAnOlderFile() throws {
    try test.write("old", to: "file")
    try replace("key", mode: 0o600)
    #expect(try test.folder.findAttributes("file")?.mode == 0o600)
  }

  @Test func linkUnderTheNameIsReplacedAndNotFollowed() throws {
    try test.write("kept", to: "outside")
    try test.link("file", to: "outside")
    try replace("new")
    #expect(test.text(at: "outside") == "kept")
    #expect(try test.folder.findAttributes("file")?.kind == .file)
  }

  @Test func folderUnderTheNameIsAnErrorAndNothingIsLeft() throws {
    try test.makeFolder("file")
    #expect(thrown { try replace("new") }?.operation == .rename)
    #expect(try test.paths() == ["file"])
  }

  @Test func contentIsDurableBeforeTheNameAndTheNameAtTheEnd() throws {
    disk.arm(nil, recording: true)
    try replace("new")
    #expect(
      disk.operations == [
        "create cache/tmp_*", "write cache/tmp_*", "sync cache/tmp_*", "rename cache/tmp_* to cache/file",
        "sync folder cache",
      ]
    )
  }

  /// What every failing call leaves: calls 1 to 4 come before the new name, the fifth after it.
  @Test(arguments: 1...5, [nil, "old"])
  func everyFailingCallKeepsTheOldContent(call: Int, old: String?) throws {
    if let old { try test.write(old, to: "file") }
    disk.arm(.call(call, .noSpace))
    let error = thrown { try replace("new") }
    #expect(error?.code == .noSpace)
    #expect(test.text(at: "file") == (call < 5 ? old : "new"))
    #expect(try test.paths() == (call < 5 && old == nil ? [] : ["file"]))
    disk.arm(nil)
    try replace("newer")
    #expect(test.text(at: "file") == "newer")
  }

  @Test(arguments: 1...5)
  func killedAtEveryCallLeavesAtMostUnfinishedFiles(call: Int) throws {
    try test.write("old", to: "file")
    disk.arm(.from(call, .ioError))
    #expect(thrown { try replace("new") } != nil)
    #expect(test.text(at: "file") == (call < 5 ? "old" : "new"))
    for name in try test.paths() where name != "file" { #expect(name.hasPrefix("tmp_")) }
  }

  @Test(
    arguments: 1...6,
    [
      (UnsyncedJournal.Contents.lost, UnsyncedJournal.Names.undone), (.lost, .kept), (.torn, .undone),
      (.torn, .kept),
    ]
  )
  func powerCutLeavesTheOldOrTheNewContent(
    call: Int,
    outcome: (contents: UnsyncedJournal.Contents, names: UnsyncedJournal.Names)
  ) throws {
    try test.write("old", to: "file")
    disk.arm(.from(call, .ioError))
    let error = thrown { try replace("new") }
    try disk.powerCut(contents: outcome.contents, names: outcome.names)
    #expect((error == nil) == (call == 6))
    switch test.text(at: "file") {
    case "new": #expect(call >= 5)
    case "old": #expect(call <= 5)
    case let other: Issue.record("\(other ?? "absent")")
    }
  }

  @Test func temporaryNamesAreRecognisableAndNeverTheSame() {
    let names = (0..<1000).map { _ in TemporaryName.make().string }
    #expect(Set(names).count == names.count)
    #expect(names.allSatisfy { $0.hasPrefix("tmp_") && $0.utf8.count == 36 })
    #expect(TemporaryName.make(prefix: "tmp_incoming-").string.hasPrefix("tmp_incoming-"))
  }
}
