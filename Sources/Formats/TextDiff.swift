/// The difference of two texts, line by line, in hunks with unchanged lines around them (the unified format).
///
/// A line ends with `\n`; a last line without it differs from the same line with it, as in git.
package struct TextDiff: Sendable {
  /// The number of unchanged lines before and after a change.
  package static let contextLines = 3

  /// One line of a hunk.
  package struct Line: Equatable, Sendable {
    /// Whether the line is in the old text, the new text or both.
    package enum Kind: Sendable {
      case unchanged, removed, added
    }

    package let kind: Kind
    /// The line's bytes without the newline, from outside and not safe to print.
    package let bytes: ArraySlice<UInt8>
    /// Whether it is the last line of its text and does not end with a newline.
    package let lacksNewline: Bool
  }

  /// Changed lines with the unchanged lines around them.
  package struct Hunk: Equatable, Sendable {
    /// The range of lines of the old text, counted from 0.
    package let old: Range<Int>
    /// The range of lines of the new text, counted from 0.
    package let new: Range<Int>
    /// The lines, removed ones before the added ones that replace them.
    package let lines: [Line]
  }

  /// The hunks in order; empty for equal texts.
  package let hunks: [Hunk]
  package let addedCount: Int
  package let removedCount: Int

  /// Compares two texts.
  ///
  /// - Returns: Nil when the texts together have more lines than `maximumLines`.
  package static func compare(
    _ old: [UInt8],
    _ new: [UInt8],
    maximumLines: Int = 200_000
  ) -> TextDiff? {
    let old = TextLines(old)
    let new = TextLines(new)
    guard old.count + new.count <= maximumLines else { return nil }
    return TextDiff(old, new)
  }

  private init(_ old: TextLines, _ new: TextLines) {
    var edits = LineEdits(old, new)
    edits.moveDown()
    let changes = edits.changes
    addedCount = changes.reduce(0) { $0 + $1.new.count }
    removedCount = changes.reduce(0) { $0 + $1.old.count }
    hunks = Self.grouped(changes).map { Self.hunk($0, old, new) }
  }

  /// Groups changes whose context lines overlap or touch.
  private static func grouped(_ changes: [LineEdits.Change]) -> [[LineEdits.Change]] {
    var groups: [[LineEdits.Change]] = []
    for change in changes {
      if let last = groups.last?.last, change.old.lowerBound - last.old.upperBound <= 2 * contextLines {
        groups[groups.count - 1].append(change)
      } else {
        groups.append([change])
      }
    }
    return groups
  }

  private static func hunk(_ changes: [LineEdits.Change], _ old: TextLines, _ new: TextLines) -> Hunk {
    var lines: [Line] = []
    var next = 0
    var (oldStart, newStart, oldEnd, newEnd) = (0, 0, 0, 0)
    for (index, change) in changes.enumerated() {
      if index == 0 {
        let before = min(contextLines, change.old.lowerBound, change.new.lowerBound)
        next = change.old.lowerBound - before
        (oldStart, newStart) = (next, change.new.lowerBound - before)
      }
      lines += (next..<change.old.lowerBound).map { old.line($0, .unchanged) }
      lines += change.old.map { old.line($0, .removed) }
      lines += change.new.map { new.line($0, .added) }
      next = change.old.upperBound
      (oldEnd, newEnd) = (change.old.upperBound, change.new.upperBound)
    }
    let after = min(contextLines, old.count - oldEnd, new.count - newEnd)
    lines += (next..<next + after).map { old.line($0, .unchanged) }
    return Hunk(old: oldStart..<oldEnd + after, new: newStart..<newEnd + after, lines: lines)
  }
}

extension TextDiff.Hunk {
  /// The line before a hunk: `@@ -1,7 +1,6 @@`.
  ///
  /// Lines are counted from 1; an empty range is given as the line before it, as `patch` and `git apply` expect.
  package var header: String { "@@ -\(Self.stretch(old)) +\(Self.stretch(new)) @@" }

  private static func stretch(_ lines: Range<Int>) -> String {
    switch lines.count {
    case 0: "\(lines.lowerBound),0"
    case 1: "\(lines.lowerBound + 1)"
    default: "\(lines.lowerBound + 1),\(lines.count)"
    }
  }
}

/// A text split into lines.
struct TextLines {
  private let bytes: [UInt8]
  /// The offset where each line begins, and the end of the last one.
  private var starts: [Int] = [0]

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    for (index, byte) in bytes.enumerated() where byte == UInt8(ascii: "\n") { starts.append(index + 1) }
    if starts.last != bytes.count { starts.append(bytes.count) }
  }

  var count: Int { starts.count - 1 }

  /// A line with its newline, if it has one.
  subscript(index: Int) -> ArraySlice<UInt8> { bytes[starts[index]..<starts[index + 1]] }

  /// A range of the lines as a text of its own.
  func part(_ range: Range<Int>) -> TextLines {
    TextLines(Array(bytes[starts[range.lowerBound]..<starts[range.upperBound]]))
  }

  func line(_ index: Int, _ kind: TextDiff.Line.Kind) -> TextDiff.Line {
    let bytes = self[index]
    let hasNewline = bytes.last == UInt8(ascii: "\n")
    return TextDiff.Line(kind: kind, bytes: hasNewline ? bytes.dropLast() : bytes, lacksNewline: !hasNewline)
  }
}

/// Which lines of two texts have no counterpart in the other.
///
/// The n-th kept line of one side is the counterpart of the n-th kept line of the other.
struct LineEdits {
  /// A range of lines that is replaced by another; at most one of the two is empty.
  struct Change {
    let old: Range<Int>
    let new: Range<Int>
  }

  /// Equal lines have equal numbers.
  private let old: [Int32]
  private let new: [Int32]
  private var removed: [Bool]
  private var added: [Bool]

  init(_ oldLines: TextLines, _ newLines: TextLines) {
    var numbers: [ArraySlice<UInt8>: Int32] = [:]
    func number(_ line: ArraySlice<UInt8>) -> Int32 {
      if let known = numbers[line] { return known }
      let next = Int32(numbers.count)
      numbers[line] = next
      return next
    }
    let old = (0..<oldLines.count).map { number(oldLines[$0]) }
    let new = (0..<newLines.count).map { number(newLines[$0]) }
    (self.old, self.new) = (old, new)
    // A line that the other text does not contain is certainly removed or added. Leaving it out makes the comparison
    // small where texts differ much, and the result stays as short.
    let keptOld = Self.common(old, with: new, of: numbers.count)
    let keptNew = Self.common(new, with: old, of: numbers.count)
    let diff = LineDiff(keptOld.map { old[$0] }, keptNew.map { new[$0] })
    removed = Array(repeating: true, count: old.count)
    added = Array(repeating: true, count: new.count)
    for (index, isRemoved) in zip(keptOld, diff.removed) { removed[index] = isRemoved }
    for (index, isAdded) in zip(keptNew, diff.added) { added[index] = isAdded }
  }

  private static func common(_ lines: [Int32], with others: [Int32], of count: Int) -> [Int] {
    var isThere = Array(repeating: false, count: count)
    for line in others { isThere[Int(line)] = true }
    return lines.indices.filter { isThere[Int(lines[$0])] }
  }

  /// Moves each changed range down as long as the result is the same: of two equal lines the second counts as new, so
  /// that an added paragraph begins at its own first line, as a reader expects.
  mutating func moveDown() {
    Self.moveDown(old, &removed)
    Self.moveDown(new, &added)
  }

  /// Moves changed ranges so that those of both sides meet where they can, as git does before it merges.
  mutating func align() {
    var (left, right) = (ChangeGroups(old, removed), ChangeGroups(new, added))
    left.align(with: right)
    right.align(with: left)
    (removed, added) = (left.isChanged, right.isChanged)
  }

  private static func moveDown(_ lines: [Int32], _ isChanged: inout [Bool]) {
    var end = 0
    while let start = isChanged[end...].firstIndex(of: true) {
      var first = start
      end = isChanged[start...].firstIndex(of: false) ?? lines.count
      while end < lines.count, lines[first] == lines[end] {
        isChanged[first] = false
        isChanged[end] = true
        first += 1
        // Changed lines that it meets on the way become part of the same range.
        end = isChanged[end...].firstIndex(of: false) ?? lines.count
      }
    }
  }

  var changes: [Change] {
    var changes: [Change] = []
    var (left, right) = (0, 0)
    while left < old.count || right < new.count {
      let (leftStart, rightStart) = (left, right)
      while left < old.count, removed[left] { left += 1 }
      while right < new.count, added[right] { right += 1 }
      if left > leftStart || right > rightStart {
        changes.append(Change(old: leftStart..<left, new: rightStart..<right))
      } else {
        left += 1
        right += 1
      }
    }
    return changes
  }
}
