/// Finds too many characters that are legitimate one by one, because each can carry some bits of a hidden text.
///
/// The limits are far above what writing needs: docs/audit.md has them. A line has at most one finding of each kind.
enum InvisibleRuns {
  struct Run {
    let rule: AuditRule
    /// The index of the first character in the line.
    let index: Int
    let detail: String
  }

  /// So many or more of one kind are compared with the number of letters in the line.
  private static let minCount = 12

  /// The counts of one kind of character.
  private struct Tally {
    var first: Int?
    var count = 0
    /// The length of the longest run of adjacent ones, and where it begins.
    var longest = 0
    var longestStart = 0
    private var current = 0
    private var last = -2
    private(set) var kinds: Set<UInt32> = []

    mutating func add(_ scalar: Unicode.Scalar, at index: Int) {
      if first == nil { first = index }
      count += 1
      current = index == last + 1 ? current + 1 : 1
      last = index
      if current > longest { (longest, longestStart) = (current, index - current + 1) }
      if kinds.count < 64 { kinds.insert(scalar.value) }
    }
  }

  /// Whether a visible character is counted: private use, and spaces of unusual width.
  static func isCounted(_ scalar: Unicode.Scalar) -> Bool { isPrivate(scalar) || isOddSpace(scalar) }

  private static func isPrivate(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0xE000...0xF8FF, 0xF0000...0xFFFFD, 0x100000...0x10FFFD: true
    default: false
    }
  }

  private static func isOddSpace(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x2000...0x200A, 0x202F, 0x205F, 0x2800, 0x3000: true
    default: false
    }
  }

  /// The runs of a line that exceed the limits.
  static func find(in line: [Unicode.Scalar]) -> [Run] { LineTallies(line).runs }

  /// The counts of a whole line.
  private struct LineTallies {
    private var (selectors, emoji, joiners, marks, breaks, own, spaces) = (
      Tally(), Tally(), Tally(), Tally(), Tally(), Tally(), Tally()
    )
    private var letters = 0
    private var textStyles = 0

    init(_ line: [Unicode.Scalar]) {
      for (index, scalar) in line.enumerated() { add(scalar, at: index, in: line) }
    }

    private mutating func add(_ scalar: Unicode.Scalar, at index: Int, in line: [Unicode.Scalar]) {
      switch scalar.value {
      case 0xFE0E, 0xFE0F:
        emoji.add(scalar, at: index)
        if scalar.value == 0xFE0E { textStyles += 1 }
      case 0xFE00...0xFE0D, 0xE0100...0xE01EF, 0x180B...0x180F: selectors.add(scalar, at: index)
      case 0x200C, 0x200D: if !isEmoji(line, index) { joiners.add(scalar, at: index) }
      case 0x200E, 0x200F, 0x061C: marks.add(scalar, at: index)
      case 0x200B: breaks.add(scalar, at: index)
      case 0..<0x300: if scalar.properties.isAlphabetic { letters += 1 }
      default:
        if isPrivate(scalar) {
          own.add(scalar, at: index)
        } else if isOddSpace(scalar) {
          spaces.add(scalar, at: index)
        } else {
          letters += 1
        }
      }
    }

    /// The runs that exceed the limits.
    var runs: [Run] {
      var runs: [Run] = []
      func report(_ tally: Tally, at index: Int? = nil, _ name: String, when isTooMuch: Bool) {
        guard isTooMuch, let first = index ?? tally.first else { return }
        runs.append(Run(rule: .invisibleRun, index: first, detail: "\(tally.count) \(name) in one line"))
      }
      report(selectors, "variation selectors", when: selectors.count >= 8 && selectors.kinds.count >= 4)
      report(emoji, "variation selectors of both kinds", when: min(textStyles, emoji.count - textStyles) >= 8)
      report(joiners, "joiners", when: joiners.count >= minCount && joiners.count * 3 > letters)
      let areMany = marks.count >= minCount && marks.count * 3 > letters
      report(
        marks,
        at: marks.longest >= 3 ? marks.longestStart : nil,
        "direction marks",
        when: marks.longest >= 3 || areMany
      )
      report(breaks, "zero-width spaces", when: breaks.count >= minCount && breaks.count * 2 > letters)
      report(own, at: own.longestStart, "characters of private use", when: own.longest >= 8)
      report(spaces, "spaces of several widths", when: spaces.longest >= 16 && spaces.kinds.count >= 2)
      return runs
    }
  }

  private static func isEmoji(_ line: [Unicode.Scalar], _ index: Int) -> Bool {
    index + 1 < line.count && !line[index + 1].isASCII && line[index + 1].properties.isEmoji
  }
}
