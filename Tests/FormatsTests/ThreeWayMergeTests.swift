import Foundation
import SystemPackage
import TestSupport
import Testing

@testable import Formats

/// The three-way merge, held against `git merge-file`.
struct ThreeWayMergeTests {
  private static let labels = ThreeWayMerge.Labels(ours: "ours", theirs: "theirs")

  private func merge(_ base: String, _ ours: String, _ theirs: String) -> ThreeWayMerge? {
    ThreeWayMerge.merge(
      base: Array(base.utf8),
      ours: Array(ours.utf8),
      theirs: Array(theirs.utf8),
      labels: Self.labels
    )
  }

  private func text(_ merge: ThreeWayMerge?) -> String? {
    merge.map { String(decoding: $0.bytes, as: UTF8.self) }
  }

  @Test func changesOfBothSidesAreTaken() {
    let merged = merge("1\n2\n3\n4\n5\n", "one\n2\n3\n4\n5\n", "1\n2\n3\n4\nfive\nsix\n")
    #expect(text(merged) == "one\n2\n3\n4\nfive\nsix\n" && merged?.conflictCount == 0)
  }

  @Test func sameChangeOnBothSidesIsTakenOnce() {
    let merged = merge("1\n2\n3\n", "1\ntwo\n3\n", "1\ntwo\n3\n")
    #expect(text(merged) == "1\ntwo\n3\n" && merged?.conflictCount == 0)
  }

  @Test func differentChangesOfALineStandBetweenMarkers() {
    let merged = merge("1\n2\n3\n", "1\nmine\n3\n", "1\nyours\n3\n")
    #expect(text(merged) == "1\n<<<<<<< ours\nmine\n=======\nyours\n>>>>>>> theirs\n3\n")
    #expect(merged?.conflictCount == 1)
  }

  @Test func adjoiningChangesAreAConflict() {
    #expect(merge("1\n2\n", "one\n2\n", "1\ntwo\n")?.conflictCount == 1)
    #expect(merge("1\n2\n3\n", "one\n2\n3\n", "1\n2\nthree\n")?.conflictCount == 0)
  }

  @Test func markersBeginOnLinesOfTheirOwnAndHaveTheTextsLineEnds() {
    #expect(
      text(merge("1\n2", "1\nmine", "1\nyours")) == "1\n<<<<<<< ours\nmine\n=======\nyours\n>>>>>>> theirs\n"
    )
    #expect(
      text(merge("1\r\n2\r\n", "1\r\nmine\r\n", "1\r\nyours\r\n"))
        == "1\r\n<<<<<<< ours\r\nmine\r\n=======\r\nyours\r\n>>>>>>> theirs\r\n"
    )
  }

  @Test func whatIsNoTextIsNotMerged() {
    #expect(merge("a\0", "b", "c") == nil && merge("a", "b\0", "c") == nil)
    let long = Array(repeating: UInt8(ascii: "\n"), count: 5)
    #expect(
      ThreeWayMerge.merge(base: long, ours: long, theirs: long, labels: Self.labels, maximumLines: 14) == nil
    )
  }

  @Test func emptyTextsAreMerged() {
    #expect(text(merge("", "", "")) == "")
    #expect(text(merge("", "a\n", "")) == "a\n" && text(merge("", "", "b\n")) == "b\n")
    #expect(text(merge("a\n", "", "a\n")) == "")
  }

  /// What both sides have is found from one of them, which may split a conflict in two, as it does with git.
  @Test func orderOfTheSidesDoesNotDecideWhetherThereIsAConflict() {
    let ours = "=\nb\n\n=\n\n\n\n\n\nb\n\n\n\n\n\n\n\nb\n\n"
    let theirs = "\n\n\nb\n\n\n\n\t\u{F8}\nb\n\u{FF}\n\n\n\n\n\u{A4}"
    let counts = [merge("\u{1}", ours, theirs), merge("\u{1}", theirs, ours)].map { $0?.conflictCount }
    #expect(counts == [2, 1])
  }

  // MARK: Against git

  /// How the lines of random texts are made.
  enum Lines: CaseIterable {
    /// Every line occurs once: there is one shortest difference, so every byte must be git's.
    case different
    /// As in real texts, some lines are empty or alike.
    case someEqual
    /// Three lines only: most differences are ambiguous.
    case fewKinds
  }

  @Test(.timeLimit(.minutes(5)), arguments: Lines.allCases)
  func resultIsThatOfGit(lines: Lines) async throws {
    let git = try #require(
      ["/usr/bin/git", "/usr/local/bin/git", "/opt/homebrew/bin/git"].first {
        FileManager.default.isExecutableFile(atPath: $0)
      }
    )
    var source = RandomTexts(lines, seed: SeededGenerator.freshSeed())
    let count = 100
    var (differing, conflicting) = (0, 0)
    for _ in 0..<count {
      let texts = source.next()
      let merged = try #require(
        ThreeWayMerge.merge(base: texts[0], ours: texts[1], theirs: texts[2], labels: Self.labels)
      )
      let expected = try await mergeFile(git, texts)
      if expected.conflicts { conflicting += 1 }
      // Git chooses between equally short differences by rules of thumb that are not all repeated here.
      if lines == .different {
        #expect(merged.bytes == expected.bytes && (merged.conflictCount > 0) == expected.conflicts)
      } else if merged.bytes != expected.bytes {
        differing += 1
      }
    }
    #expect(differing <= count / 25, "\(differing) of \(count)")
    #expect(conflicting > count / 10 && conflicting < count)
  }

  private func mergeFile(_ git: String, _ texts: [[UInt8]]) async throws -> (bytes: [UInt8], conflicts: Bool)
  {
    let scratch = try ScratchFolder("merge")
    for (name, text) in zip(["base", "ours", "theirs"], texts) { try scratch.write(name, text) }
    let program = Program(path: FilePath(git), folder: scratch.path)
    let labels = ["-L", "ours", "-L", "base", "-L", "theirs"]
    let result = try await program.run(["merge-file", "-p", "-q"] + labels + ["ours", "base", "theirs"])
    // The exit code is the number of conflicts.
    try #require(result.exitCode < 128, "\(result.error)")
    return (result.outputBytes, result.exitCode > 0)
  }
}

/// Random texts with two random edits each.
private struct RandomTexts {
  private let kind: ThreeWayMergeTests.Lines
  private var random: SeededGenerator
  private var number = 0

  init(_ kind: ThreeWayMergeTests.Lines, seed: UInt64) {
    self.kind = kind
    random = SeededGenerator(seed: seed)
  }

  /// Base, ours, theirs.
  mutating func next() -> [[UInt8]] {
    let base = (0..<Int.random(in: 0...30, using: &random)).map { _ in line() }
    let ours = edited(base)
    // Sometimes both sides have edits in common.
    let theirs = edited(chance(0.2) ? ours : base)
    return [base, ours, theirs].map { bytes(of: $0) }
  }

  private mutating func chance(_ part: Double) -> Bool { Double.random(in: 0..<1, using: &random) < part }

  private mutating func line() -> String {
    switch kind {
    case .someEqual where chance(0.2): return chance(0.5) ? "" : "---"
    case .fewKinds: return ["a", "", "--"].randomElement(using: &random) ?? ""
    case .different, .someEqual:
      number += 1
      return "line \(number)"
    }
  }

  private mutating func edited(_ lines: [String]) -> [String] {
    var (result, index): ([String], Int) = ([], 0)
    let rate = [0.02, 0.05, 0.1].randomElement(using: &random) ?? 0.1
    while index < lines.count {
      if chance(rate) {
        for _ in 0..<Int.random(in: 1...3, using: &random) { result.append(line()) }
      } else if chance(rate) {
        index += Int.random(in: 1...3, using: &random)
        continue
      } else if chance(rate) {
        result.append(line())
        index += 1
        continue
      }
      result.append(lines[index])
      index += 1
    }
    if chance(0.2) { result.append(line()) }
    return result
  }

  private mutating func bytes(of lines: [String]) -> [UInt8] {
    let newline = chance(0.1) ? "\r\n" : "\n"
    var text = lines.map { $0 + newline }.joined()
    if chance(0.1), text.hasSuffix("\n") { text.unicodeScalars.removeLast() }
    return Array(text.utf8)
  }
}
