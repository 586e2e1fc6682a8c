import Disk
import ObjectStore
import Refs
import SystemPackage
import TestSupport
import Testing

struct ReflogTests {
  let cache: TestCache
  let log = "logs/registries/acme"
  let ref = "refs/registries/acme"

  init() throws {
    cache = try TestCache()
  }

  private func line(_ old: ObjectID?, _ new: ObjectID, _ message: String = "sync") throws -> String {
    String(
      decoding: ReflogEntry(old: old, new: new, note: try note(message)).encode(),
      as: UTF8.self
    )
  }

  // MARK: The format

  @Test func lineIsGitsFormat() throws {
    let note = try ReflogNote(agentVersion: "1.2.3-rc.1+b", seconds: 0, message: "sync: version 2")
    #expect(
      ReflogEntry(old: nil, new: id(1), note: note).encode()
        == Array("\(zeros) \(id(1)) mmdos/1.2.3-rc.1+b <mmdos> 0 +0000\tsync: version 2\n".utf8)
    )
    #expect(
      ReflogEntry(old: id(1), new: id(2), note: note).encode()
        == Array("\(id(1)) \(id(2)) mmdos/1.2.3-rc.1+b <mmdos> 0 +0000\tsync: version 2\n".utf8)
    )
  }

  @Test(arguments: ["", "a\nb", "a\r", "a\tb", "\u{1B}[31m", "\u{7F}", "\u{85}", "\u{2028}", "\u{0}"])
  func messageThatIsNotOneLineOfTextIsRefused(message: String) {
    #expect(throws: RefError.malformedMessage(message)) { try note(message) }
  }

  @Test(arguments: ["", "1 0", "1.0\n", "1<", "é"])
  func agentVersionThatWouldBreakTheLineIsRefused(version: String) {
    #expect(throws: RefError.malformedAgent(version)) {
      try ReflogNote(agentVersion: version, seconds: 0, message: "x")
    }
  }

  @Test func timeBefore1970IsRefused() {
    #expect(throws: RefError.malformedTime(-1)) {
      try ReflogNote(agentVersion: "1", seconds: -1, message: "x")
    }
  }

  @Test func entriesAreReadBackNewestFirst() throws {
    try cache.write("\(id(2))\n", to: ref)
    try cache.write(line(nil, id(1), "größer > 1") + line(id(1), id(2)), to: log)
    let reflog = try cache.store.reflog(of: cache.used)
    #expect(
      try reflog.entries == [
        ReflogEntry(old: id(1), new: id(2), note: try note()),
        ReflogEntry(old: nil, new: id(1), note: try note("größer > 1")),
      ]
    )
    #expect(reflog.value == id(2))
    #expect(reflog.leftover == nil)
  }

  @Test(arguments: [
    "", "x", "\(zeros) \(id(1))", "\(zeros) \(id(1)) mmdos/1 <mmdos> 1 +0000 sync",
    "\(zeros) \(zeros) mmdos/1 <mmdos> 1 +0000\tsync",
    "\(zeros)  \(id(1)) mmdos/1 <mmdos> 1 +0000\tsync",
    "\(zeros) \(id(1)) mmdos/ <mmdos> 1 +0000\tsync",
    "\(zeros) \(id(1)) mmdos <mmdos> 1 +0000\tsync",
    "\(zeros) \(id(1)) mmdos/1 <other> 1 +0000\tsync",
    "\(zeros) \(id(1)) mmdos/1 <mmdos> 01 +0000\tsync",
    "\(zeros) \(id(1)) mmdos/1 <mmdos> +1 +0000\tsync",
    "\(zeros) \(id(1)) mmdos/1 <mmdos> -1 +0000\tsync",
    "\(zeros) \(id(1)) mmdos/1 <mmdos> 99999999999999999999 +0000\tsync",
    "\(zeros) \(id(1)) mmdos/1 <mmdos> 1 +0100\tsync",
    "\(zeros) \(id(1)) mmdos/1 <mmdos> 1 +0000\t", "\(zeros) \(id(1)) mmdos/1 <mmdos> 1 +0000\ta\tb",
    "\(zeros) \(id(1)) mmdos/1 <mmdos> 1 +0000\tsync\r",
    "\(zeros.dropLast()) \(id(1)) mmdos/1 <mmdos> 1 +0000\tsync",
    "\(zeros) \(id(1).description.uppercased()) mmdos/1 <mmdos> 1 +0000\tsync",
  ])
  func wholeLineThatWouldNotBeWrittenSoIsCorrupt(bad: String) throws {
    try cache.write("\(id(2))\n", to: ref)
    let path = cache.folder.path.appending(log)
    for text in [bad + "\n" + (try line(id(1), id(2))), try line(nil, id(2)) + bad + "\n"] {
      try cache.write(text, to: log)
      let number = text.hasPrefix(bad + "\n") ? 1 : 2
      #expect(throws: RefError.malformedReflog(path, line: number)) {
        try cache.store.reflog(of: cache.used)
      }
    }
  }

  @Test func bytesThatAreNotUTF8AreCorrupt() throws {
    try cache.write("\(id(1))\n", to: ref)
    try cache.write(Array(try line(nil, id(1)).utf8.dropLast()) + [0xFF, 0x0A], to: log)
    let path = cache.folder.path.appending(log)
    #expect(throws: RefError.malformedReflog(path, line: 1)) {
      try cache.store.reflog(of: cache.used)
    }
  }

  // MARK: What an interrupted write leaves

  @Test func everyCutOfTheLastLineIsIgnored() throws {
    try cache.write("\(id(1))\n", to: ref)
    let (first, second) = (try line(nil, id(1)), try line(id(1), id(2)))
    for length in 1..<second.utf8.count {
      try cache.write(Array(first.utf8) + second.utf8.prefix(length), to: log)
      let reflog = try cache.store.reflog(of: cache.used)
      #expect(try reflog.entries.map(\.new) == [id(1)])
      #expect(reflog.leftover == .torn)
    }
  }

  @Test func lastLineWithAnotherValueThanTheRefIsIgnored() throws {
    try cache.write("\(id(1))\n", to: ref)
    try cache.write(line(nil, id(1)) + line(id(1), id(2)), to: log)
    let reflog = try cache.store.reflog(of: cache.used)
    #expect(try reflog.entries.map(\.new) == [id(1)])
    #expect(reflog.leftover == .unconfirmed(id(2)))
  }

  @Test func logWithoutItsRefIsIgnored() throws {
    try cache.write(line(nil, id(1)) + line(id(1), id(2)), to: log)
    let reflog = try cache.store.reflog(of: cache.used)
    #expect(try reflog.entries.isEmpty)
    #expect(reflog.value == nil)
    #expect(reflog.leftover == .withoutRef)
  }

  @Test(arguments: ["torn", "\(id(1)) \(id(3)) mmdos/1 <mmdos> 1 +0000\tnever happened\n"])
  func nextWriterRemovesWhatWasLeft(leftover: String) throws {
    try cache.write("\(id(1))\n", to: ref)
    try cache.write(line(nil, id(1)) + leftover, to: log)
    try cache.update([RefUpdate(cache.used, expecting: .id(id(1)), .set(id(2)))])
    #expect(try cache.text(at: log) == line(nil, id(1)) + line(id(1), id(2)))
  }

  @Test func writerThatChangesNothingStillRemovesWhatWasLeft() throws {
    try cache.write("\(id(1))\n", to: ref)
    try cache.write(line(nil, id(1)) + "torn", to: log)
    try cache.update([RefUpdate(cache.used, expecting: .any, .set(id(1)))])
    #expect(try cache.text(at: log) == line(nil, id(1)))
  }

  @Test func newRefStartsItsLogAnew() throws {
    try cache.write("rubbish of an earlier life", to: log)
    try cache.update([RefUpdate(cache.used, expecting: .absent, .set(id(1)))])
    #expect(try cache.text(at: log) == line(nil, id(1)))
  }

  // MARK: Trimming

  @Test(
    arguments: [
      ([], [3, 2, 1]), ([1], [3, 2]), ([1, 2], [3]), ([2], [3, 1]), ([9], [3, 2, 1]),
    ] as [([Int], [Int])]
  )
  func forgottenValuesLeaveNoTrace(forgotten: [Int], kept: [Int]) throws {
    for number in 1...3 { try cache.update([RefUpdate(cache.used, expecting: .any, .set(id(number)))]) }
    try Reflog.forget(Set(forgotten.map(id)), vouchedBy: NoNotary(), lock: cache.lock(), on: cache.disk)
    let entries = try cache.store.reflog(of: cache.used).entries
    #expect(entries.map(\.new) == kept.map(id))
    // Each line follows the one before it, and the first one nothing that was forgotten.
    #expect(entries.map(\.old) == kept.dropFirst().map(id) + [nil])
    #expect(try cache.store.find(cache.used) == id(3))
  }

  @Test func logGoesOnAfterValuesWereForgotten() throws {
    for number in 1...3 { try cache.update([RefUpdate(cache.used, expecting: .any, .set(id(number)))]) }
    try Reflog.forget([id(1), id(2)], vouchedBy: NoNotary(), lock: cache.lock(), on: cache.disk)
    try cache.update([RefUpdate(cache.used, expecting: .any, .set(id(4)))])
    #expect(try cache.text(at: log) == line(nil, id(3)) + line(id(3), id(4)))
  }

  @Test func forgettingNothingWritesNothing() throws {
    try Reflog.forget([id(1)], vouchedBy: NoNotary(), lock: cache.lock(), on: cache.disk)
    #expect(cache.disk.callCount == 0)
  }

  @Test func forgettingThatFailsKeepsTheOldOrTheNewLog() throws {
    for number in 1...3 { try cache.update([RefUpdate(cache.used, expecting: .any, .set(id(number)))]) }
    cache.disk.arm(nil)
    for call in 1... {
      cache.disk.arm(.call(call, .noSpace))
      let lock = try cache.lock()
      let error = thrown {
        try Reflog.forget([id(1), id(2)], vouchedBy: NoNotary(), lock: lock, on: cache.disk)
      }
      let numbers = try cache.store.reflog(of: cache.used).entries.map(\.new)
      if error == nil { break }
      #expect(numbers == [id(3), id(2), id(1)] || numbers == [id(3)])
    }
    #expect(try cache.store.reflog(of: cache.used).entries.map(\.new) == [id(3)])
  }
}
