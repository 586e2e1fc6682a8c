import Foundation
import ObjectStore
import SystemPackage
import TestSupport
import Testing

@testable import Disk
@testable import Refs

/// A reflog that is read from its end says what the whole one says, and no more of it is read than is asked for.
struct ReflogFromItsEndTests {
  private let cache: TestCache
  private let log = "logs/registries/acme"
  private let ref = "refs/registries/acme"

  init() throws {
    cache = try TestCache()
  }

  /// Lines of a log that follow one another; the first number is the oldest.
  private func lines(_ count: Int, message: (Int) -> String = { "sync: version \($0)" }) throws -> [String] {
    try (1...count).map { number in
      let old = number == 1 ? nil : id(number - 1)
      let entry = ReflogEntry(old: old, new: id(number), note: try note(message(number)))
      return String(decoding: entry.encode(), as: UTF8.self)
    }
  }

  /// What the whole text says, split and read at once.
  private struct Whole {
    var entries: [ReflogEntry] = []
    var unconfirmed: ReflogEntry?
    var leftover: Reflog.Leftover?
    var confirmedBytes: Int64 = 0

    /// Fails where a whole line is none that mmdos writes.
    init?(_ bytes: [UInt8], value: ObjectID) {
      var lines = bytes.split(separator: 10, omittingEmptySubsequences: false)
      if !(lines.removeLast().isEmpty) { leftover = .torn }
      for line in lines {
        guard let entry = ReflogEntry.decode(line) else { return nil }
        entries.insert(entry, at: 0)
      }
      if let last = entries.first, last.new != value {
        unconfirmed = entries.removeFirst()
        leftover = leftover ?? .unconfirmed(last.new)
      }
      confirmedBytes = entries.reduce(0) { $0 + Int64($1.encode().count) }
    }
  }

  private func expectTheSame(_ comment: Comment? = nil) throws {
    let bytes = Array((try cache.text(at: log) ?? "").utf8)
    let value = try #require(try cache.store.find(cache.used))
    let log = Result { try cache.store.reflog(of: cache.used) }
    guard let whole = Whole(bytes, value: value) else {
      // Perhaps not before the bad line is reached. Of several bad lines, the last may be found first.
      let found = thrown { _ = try log.get().entries }
      guard case .malformedReflog = found else {
        Issue.record("\(comment ?? ""): \(found.debugDescription)")
        return
      }
      return
    }
    let read = try log.get()
    #expect(read.value == value && read.leftover == whole.leftover, comment)
    #expect(read.unconfirmed == whole.unconfirmed, comment)
    #expect(read.confirmedLength == whole.confirmedBytes, comment)
    #expect(read.isEmpty == whole.entries.isEmpty, comment)
    let middle = whole.entries.count / 2
    #expect(try read.find(middle) == (whole.entries.isEmpty ? nil : whole.entries[middle]), comment)
    #expect(try read.prefix(middle) == Array(whole.entries.prefix(middle)), comment)
    #expect(try read.entries == whole.entries, comment)
    #expect(try read.find(whole.entries.count) == nil, comment)
    #expect(try read.first { $0 == whole.entries.last } == whole.entries.last, comment)
  }

  @Test(arguments: [0, 1, 2, 57, 58, 59, 400])
  func endOfTheFileSaysWhatTheWholeSays(count: Int) throws {
    let lines = count == 0 ? [] : try lines(count)
    let more = try self.lines(count + 1).last ?? ""
    for value in [count, count + 1, count + 7] where value > 0 {
      try cache.write("\(id(value))\n", to: ref)
      for end in ["", "torn", more, more + "torn", "\n", more + "\n", more + more] {
        try cache.write(lines.joined() + end, to: log)
        try expectTheSame("\(count) lines, value \(value), end '\(end.prefix(9))'")
      }
    }
  }

  /// Lines may be longer than what is read at once.
  @Test func linesOfAnyLengthAreWhole() throws {
    let block = Int(Reflog.blockBytes)
    let lines = try lines(9) {
      String(repeating: "x", count: [1, block - 170, block, 3 * block, 40][$0 % 5])
    }
    for count in 1...9 {
      try cache.write("\(id(count))\n", to: ref)
      try cache.write(lines.prefix(count).joined(), to: log)
      try expectTheSame("\(count) lines")
      try cache.write(String(lines.prefix(count).joined().dropLast()), to: log)
      try expectTheSame("\(count) lines, the last one torn")
    }
  }

  @Test func whereverABadLineIsItHasItsNumber() throws {
    for number in [1, 2, 100, 399, 400] {
      var lines = try lines(400)
      lines[number - 1] = "bad\n"
      try cache.write("\(id(400))\n", to: ref)
      try cache.write(lines.joined(), to: log)
      let path = cache.folder.path.appending(log)
      #expect(throws: RefError.malformedReflog(path, line: number)) {
        try cache.store.reflog(of: cache.used).entries
      }
    }
  }

  @Test func changedBytesNeverMakeThemDiffer() throws {
    let bytes = Array(try lines(150).joined().utf8)
    try cache.write("\(id(150))\n", to: ref)
    var generator = SeededGenerator(seed: SeededGenerator.freshSeed())
    for _ in 0..<100 {
      var changed = bytes
      changed[Int.random(in: changed.indices, using: &generator)] = [10, 9, 32, 0x30].randomElement(
        using: &generator
      )!
      if Bool.random(using: &generator) { changed.removeLast(Int.random(in: 0...600, using: &generator)) }
      try cache.write(changed, to: log)
      try expectTheSame()
    }
  }

  @Test func noMoreIsReadThanIsAskedFor() throws {
    var lines = try lines(400)
    lines[0] = "bad\n"
    try cache.write("\(id(400))\n", to: ref)
    try cache.write(lines.joined(), to: log)
    let found = try cache.store.reflog(of: cache.used)
    #expect(try found.find(0)?.new == id(400))
    #expect(try found.prefix(50).map(\.new) == (351...400).reversed().map(id))
    #expect(try found.first { $0.new == id(300) }?.old == id(299))
    let path = cache.folder.path.appending(log)
    #expect(throws: RefError.malformedReflog(path, line: 1)) { try found.entries }
  }

  @Test func writerNeedsOnlyTheEnd() throws {
    var lines = try lines(400)
    lines[0] = "bad\n"
    try cache.write("\(id(400))\n", to: ref)
    try cache.write(lines.joined() + "torn", to: log)
    try cache.update([RefUpdate(cache.used, expecting: .id(id(400)), .set(id(401)))])
    let text = try #require(try cache.text(at: log))
    #expect(text.hasPrefix(lines.joined()))
    let added = ReflogEntry(old: id(400), new: id(401), note: try note())
    #expect(Array(text.utf8.dropFirst(lines.joined().utf8.count)) == added.encode())
  }

  @Test func whatWasOpenedStaysWhenLinesAreForgotten() throws {
    let lines = try lines(400)
    try cache.write("\(id(400))\n", to: ref)
    try cache.write(lines.joined(), to: log)
    let found = try cache.store.reflog(of: cache.used)
    try Reflog.forget(Set((1...399).map(id)), vouchedBy: NoNotary(), lock: cache.lock(), on: cache.disk)
    #expect(try cache.store.reflog(of: cache.used).entries.map(\.new) == [id(400)])
    #expect(try found.entries.count == 400)
  }
}
