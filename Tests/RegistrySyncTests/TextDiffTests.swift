import TestSupport
import Testing

@testable import RegistrySync

/// The line diff on its own; `RegistryDiffTests` holds it against git.
struct TextDiffTests {
  @Test(arguments: 1...40)
  func applyingTheDiffGivesTheNewText(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    for _ in 0..<25 {
      let (old, new) = Self.texts(&random)
      let diff = TextDiff.compare(old, new)
      #expect(diff.map { Self.apply($0, to: old) } == new, "\(Self.show(old)) -> \(Self.show(new))")
    }
  }

  @Test(arguments: 1...20)
  func scriptIsAsShortAsTheLongestCommonSubsequenceAllows(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    for _ in 0..<20 {
      let old = (0..<Int.random(in: 0...40, using: &random)).map { _ in
        Int32.random(in: 0...5, using: &random)
      }
      let new = (0..<Int.random(in: 0...40, using: &random)).map { _ in
        Int32.random(in: 0...5, using: &random)
      }
      let diff = LineDiff(old, new)
      let kept = diff.removed.count { !$0 }
      #expect(kept == diff.added.count { !$0 })
      #expect(kept == Self.longestCommonLength(old, new))
      #expect(Self.kept(old, diff.removed) == Self.kept(new, diff.added))
    }
  }

  @Test(arguments: 1...20)
  func scriptIsRightWhereTheCostIsCut(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let old = (0..<2000).map { _ in Int32.random(in: 0...3, using: &random) }
    let new = (0..<2000).map { _ in Int32.random(in: 0...3, using: &random) }
    let diff = LineDiff(old, new, minimumCost: 1)
    #expect(Self.kept(old, diff.removed) == Self.kept(new, diff.added))
    #expect(!Self.kept(old, diff.removed).isEmpty)
  }

  @Test(arguments: [
    ("", "a\n", "@@ -0,0 +1 @@"), ("a\n", "", "@@ -1 +0,0 @@"), ("a\nb\n", "a\nc\n", "@@ -1,2 +1,2 @@"),
    ("a", "a\n", "@@ -1 +1 @@"), ("1\n2\n3\n4\n5\n", "1\n2\n3\n4\n5\n6\n", "@@ -3,3 +3,4 @@"),
    ("1\n2\n3\n4\n5\n6\n7\n8\n9\n", "1\n2\n3\n4\nx\n6\n7\n8\n9\n", "@@ -2,7 +2,7 @@"),
  ])
  func headersCountLines(old: String, new: String, header: String) {
    #expect(TextDiff.compare(Array(old.utf8), Array(new.utf8))?.hunks.map(\.header) == [header])
  }

  @Test func changesThatAreCloseAreOneHunk() {
    func text(_ changed: Set<Int>) -> [UInt8] {
      Array((1...30).map { changed.contains($0) ? "new \($0)\n" : "line \($0)\n" }.joined().utf8)
    }
    // Six lines in between: three of context each way touch.
    #expect(TextDiff.compare(text([]), text([5, 12]))?.hunks.count == 1)
    #expect(TextDiff.compare(text([]), text([5, 13]))?.hunks.count == 2)
  }

  @Test func lastLineWithoutNewlineIsAnotherLine() throws {
    let diff = try #require(TextDiff.compare(Array("a\nb".utf8), Array("a\nb\n".utf8)))
    #expect(diff.hunks.first?.lines.map(\.lacksNewline) == [false, true, false])
    #expect((diff.addedCount, diff.removedCount) == (1, 1))
  }

  @Test func equalTextsHaveNoHunks() {
    #expect(TextDiff.compare([], [])?.hunks == [])
    #expect(TextDiff.compare(Array("a\nb".utf8), Array("a\nb".utf8))?.hunks == [])
  }

  @Test func paragraphThatWasAddedBeginsWhereItsReaderSaysSo() throws {
    let diff = try #require(
      TextDiff.compare(Array("one\n\nthree\n".utf8), Array("one\n\ntwo\n\nthree\n".utf8))
    )
    let added = diff.hunks.flatMap(\.lines).filter { $0.kind == .added }
    #expect(added.map { String(decoding: $0.bytes, as: UTF8.self) } == ["two", ""])
  }

  @Test func tooManyLinesAreNotCompared() {
    let text = Array(String(repeating: "a\n", count: 50).utf8)
    #expect(TextDiff.compare(text, text, maximumLines: 99) == nil)
    #expect(TextDiff.compare(text, text, maximumLines: 100) != nil)
  }

  // MARK: Support

  /// Two texts of which the second is the first with some lines changed, or another one.
  private static func texts(_ random: inout SeededGenerator) -> ([UInt8], [UInt8]) {
    let words = ["", "a", "b", "alpha", "beta", "}", "a\r", "\u{FC}"]
    func line() -> String { words.randomElement(using: &random) ?? "" }
    let old = (0..<Int.random(in: 0...30, using: &random)).map { _ in line() }
    var new = old
    for _ in 0..<Int.random(in: 0...8, using: &random) {
      let place = Int.random(in: 0...new.count, using: &random)
      switch Int.random(in: 0...2, using: &random) {
      case 0: new.insert(line(), at: place)
      case 1: if place < new.count { new.remove(at: place) }
      default: if place < new.count { new[place] = line() }
      }
    }
    func bytes(_ lines: [String]) -> [UInt8] {
      Array((lines.joined(separator: "\n") + (Bool.random(using: &random) ? "\n" : "")).utf8)
    }
    return (bytes(old), bytes(new))
  }

  /// What a patch makes of a text, by its hunks alone.
  private static func apply(_ diff: TextDiff, to text: [UInt8]) -> [UInt8]? {
    let old = TextLines(text)
    var result: [UInt8] = []
    var next = 0
    for hunk in diff.hunks {
      guard hunk.old.lowerBound >= next else { return nil }
      for index in next..<hunk.old.lowerBound { result += old[index] }
      next = hunk.old.lowerBound
      for line in hunk.lines {
        let bytes = Array(line.bytes) + (line.lacksNewline ? [] : [UInt8(ascii: "\n")])
        if line.kind != .added {
          guard next < old.count, Array(old[next]) == bytes else { return nil }
          next += 1
        }
        if line.kind != .removed { result += bytes }
      }
      guard next == hunk.old.upperBound else { return nil }
    }
    for index in next..<old.count { result += old[index] }
    return result
  }

  private static func kept(_ elements: [Int32], _ isGone: [Bool]) -> [Int32] {
    zip(elements, isGone).filter { !$0.1 }.map(\.0)
  }

  private static func longestCommonLength(_ left: [Int32], _ right: [Int32]) -> Int {
    var row = Array(repeating: 0, count: right.count + 1)
    for element in left {
      var diagonal = 0
      for (index, other) in right.enumerated() {
        let above = row[index + 1]
        row[index + 1] = element == other ? diagonal + 1 : max(above, row[index])
        diagonal = above
      }
    }
    return row[right.count]
  }

  private static func show(_ bytes: [UInt8]) -> String {
    String(decoding: bytes, as: UTF8.self).debugDescription
  }
}
