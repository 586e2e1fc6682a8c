/// The changed lines of one side of a comparison, in groups between its unchanged lines.
///
/// The n-th group of one side is the counterpart of the n-th group of the other; either may be empty.
struct ChangeGroups {
  /// Equal lines have equal numbers.
  private let lines: [Int32]
  private(set) var isChanged: [Bool]

  init(_ lines: [Int32], _ isChanged: [Bool]) {
    (self.lines, self.isChanged) = (lines, isChanged)
  }

  /// The group that begins with the first line, which is empty if that is unchanged.
  private var first: Range<Int> { 0..<end(of: 0) }

  /// Moves every group that equal lines allow to move: beside a change of the other side if there is one in reach, else
  /// as far down as possible.
  ///
  /// So an insertion and a removal at one place become one change, whichever of equal lines the comparison chose.
  mutating func align(with other: ChangeGroups) {
    var (group, counterpart) = (first, other.first)
    while true {
      if !group.isEmpty { align(&group, &counterpart, other) }
      guard let next = self.next(after: group), let otherNext = other.next(after: counterpart) else { return }
      (group, counterpart) = (next, otherNext)
    }
  }

  private mutating func align(
    _ group: inout Range<Int>,
    _ counterpart: inout Range<Int>,
    _ other: ChangeGroups
  ) {
    var (count, earliest, hasMatch) = (0, 0, false)
    // A group that meets another becomes one with it, and may then move further.
    repeat {
      count = group.count
      while slideUp(&group), let previous = other.previous(before: counterpart) { counterpart = previous }
      earliest = group.upperBound
      hasMatch = !counterpart.isEmpty
      while slideDown(&group), let next = other.next(after: counterpart) {
        counterpart = next
        if !counterpart.isEmpty { hasMatch = true }
      }
    } while count != group.count
    guard hasMatch, group.upperBound != earliest else { return }
    while counterpart.isEmpty, slideUp(&group), let previous = other.previous(before: counterpart) {
      counterpart = previous
    }
  }

  /// Moves a group up by a line, if the line before it equals its last one.
  private mutating func slideUp(_ group: inout Range<Int>) -> Bool {
    guard group.lowerBound > 0, lines[group.lowerBound - 1] == lines[group.upperBound - 1] else {
      return false
    }
    isChanged[group.lowerBound - 1] = true
    isChanged[group.upperBound - 1] = false
    group = start(of: group.lowerBound - 1)..<group.upperBound - 1
    return true
  }

  /// Moves a group down by a line, if the line after it equals its first one.
  private mutating func slideDown(_ group: inout Range<Int>) -> Bool {
    guard group.upperBound < lines.count, lines[group.lowerBound] == lines[group.upperBound] else {
      return false
    }
    isChanged[group.lowerBound] = false
    isChanged[group.upperBound] = true
    group = group.lowerBound + 1..<end(of: group.upperBound)
    return true
  }

  private func next(after group: Range<Int>) -> Range<Int>? {
    guard group.upperBound < lines.count else { return nil }
    return group.upperBound + 1..<end(of: group.upperBound + 1)
  }

  private func previous(before group: Range<Int>) -> Range<Int>? {
    guard group.lowerBound > 0 else { return nil }
    return start(of: group.lowerBound - 1)..<group.lowerBound - 1
  }

  /// The end of the changed lines that begin at an index.
  private func end(of index: Int) -> Int { isChanged[index...].firstIndex(of: false) ?? lines.count }

  /// The start of the changed lines that end before an index.
  private func start(of index: Int) -> Int {
    isChanged[..<index].lastIndex(of: false).map { $0 + 1 } ?? 0
  }
}
