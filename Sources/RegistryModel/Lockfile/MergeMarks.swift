/// The marks that git leaves in a text file that it could not merge (git-merge(1), "How conflicts are presented").
///
/// No line of a JSON or YAML file of a project begins like this: marks mean that two branches changed the same place.
package struct MergeMarks: Equatable, Sendable {
  /// The two sides of a merge.
  package enum Side: String, CaseIterable, Sendable {
    /// The branch that is checked out, above `=======`.
    case ours
    /// The branch that is merged into it, below.
    case theirs
  }

  /// The whole text as the branch that is checked out has it.
  package let ours: [UInt8]
  /// The whole text as the branch has it that is merged.
  package let theirs: [UInt8]
  /// The whole text before both, where each conflict shows it (`merge.conflictStyle` diff3).
  package let base: [UInt8]?

  private enum Mark {
    case ours, base, theirs, end

    /// `mark`, alone on its line or with a blank and a label behind it.
    init?(_ line: ArraySlice<UInt8>) {
      let text = line.last == UInt8(ascii: "\r") ? line.dropLast() : line
      guard text.count >= 7, text.count == 7 || text[text.startIndex + 7] == UInt8(ascii: " ") else {
        return nil
      }
      guard let first = text.first, text.prefix(7).allSatisfy({ $0 == first }) else { return nil }
      switch first {
      case UInt8(ascii: "<"): self = .ours
      case UInt8(ascii: "|"): self = .base
      case UInt8(ascii: "="): self = .theirs
      case UInt8(ascii: ">"): self = .end
      default: return nil
      }
    }
  }

  /// The number of the first line, from 1, that begins a conflict; nil in a text without one.
  package static func firstLine(in bytes: [UInt8]) -> Int? {
    guard bytes.contains(UInt8(ascii: "<")) else { return nil }
    let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    return lines.firstIndex { Mark($0) == .ours }.map { $0 + 1 }
  }

  /// Takes the sides apart; nil where the marks are not whole or not in order.
  package init?(parsing bytes: [UInt8]) {
    var (ours, base, theirs): ([UInt8], [UInt8], [UInt8]) = ([], [], [])
    // Where the line belongs that comes next: nil outside of conflicts.
    var part: Mark?
    var isBaseShown = false
    var isBaseWhole = true
    var rest = bytes[...]
    while !rest.isEmpty {
      let end = rest.firstIndex(of: UInt8(ascii: "\n")) ?? rest.endIndex
      let line = rest[..<end]
      // With the line break, if there is one.
      let whole = rest[..<min(end + 1, rest.endIndex)]
      rest = rest[whole.endIndex...]
      switch (part, Mark(line)) {
      case (nil, .ours):
        part = .ours
        isBaseShown = false
      case (.ours, .base):
        part = .base
        isBaseShown = true
      case (.ours, .theirs), (.base, .theirs):
        part = .theirs
        isBaseWhole = isBaseWhole && isBaseShown
      case (.theirs, .end): part = nil
      case (_, .some): return nil
      case (nil, nil):
        ours += whole
        base += whole
        theirs += whole
      case (.ours, nil): ours += whole
      case (.base, nil): base += whole
      case (_, nil): theirs += whole
      }
    }
    guard part == nil else { return nil }
    self.ours = ours
    self.theirs = theirs
    self.base = isBaseWhole ? base : nil
  }
}
