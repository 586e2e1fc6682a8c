import Disk
import Foundation
import SystemPackage
import TestSupport
import Testing

@testable import ObjectStore

struct ShallowTests {
  private let store: TestStore
  private let ids = (1...3).map { ObjectID(hashing: [$0]) }

  init() throws {
    store = try TestStore("Shallow")
  }

  @Test func listIsSortedLinesAndReadsBack() throws {
    let opened = try store.open()
    #expect(try opened.shallowSnapshots().isEmpty)
    try opened.setShallowSnapshots(Set(ids))
    let text = ids.sorted().map { "\($0)\n" }.joined()
    #expect(try store.scratch.read("objects/info/shallow") == Array(text.utf8))
    #expect(try store.open().shallowSnapshots() == Set(ids))
  }

  @Test func emptyListIsNoFileAndSameListIsNotWritten() throws {
    let opened = try store.open(store.disk)
    try opened.setShallowSnapshots([])
    #expect(store.disk.callCount == 0)
    try opened.setShallowSnapshots([ids[0]])
    let count = store.disk.callCount
    try opened.setShallowSnapshots([ids[0]])
    #expect(store.disk.callCount == count)
    try opened.setShallowSnapshots([])
    #expect(try store.names("objects/info").isEmpty)
  }

  private static let digits = ObjectID(hashing: [1]).description

  @Test(
    arguments: [
      ("x\n", 1), (" \(digits)\n", 1), ("\(digits.uppercased())\n", 1), (digits, 1), ("", 1),
      ("\(digits)\n\(digits)\n", 2), ("\(String(repeating: "f", count: 64))\n\(digits)\n", 2),
      ("\(digits)\n\n", 2), ("\(digits)\nx", 2), ("\n", 1),
    ]
  )
  func anythingElseIsAnErrorThatNamesTheLine(text: String, line: Int) throws {
    try store.scratch.write("objects/info/shallow", text: text)
    let opened = try store.open()
    let path = opened.folder.path.appending("info").appending("shallow")
    #expect(throws: ObjectStoreError.malformedShallow(path, line: line)) { try opened.shallowSnapshots() }
    #expect(throws: ObjectStoreError.malformedShallow(path, line: line)) {
      try opened.setShallowSnapshots([])
    }
  }

  @Test func failedWriteLeavesOldOrNew() throws {
    try store.open().setShallowSnapshots([ids[0]])
    for call in 1... {
      store.disk.arm(.call(call, .noSpace))
      let opened = try store.open(store.disk)
      let error = failure { () throws(ObjectStoreError) in try opened.setShallowSnapshots(Set(ids)) }
      let read = try store.open().shallowSnapshots()
      #expect(read == [ids[0]] || read == Set(ids))
      if error == nil { break }
      try store.open().setShallowSnapshots([ids[0]])
    }
  }
}
