/// Durations as policy files and flags write them: a whole number and one of `s`, `m`, `h`, `d`.
package enum DurationText {
  /// Reads `10s`, `5m`, `12h` or `3d`; nil for anything else, and for more than nine digits.
  package static func parse(_ text: String) -> Duration? {
    let digits = text.utf8.dropLast()
    guard let unit = text.utf8.last, !digits.isEmpty, digits.count <= 9 else { return nil }
    guard digits.allSatisfy(ASCII.isDigit) else { return nil }
    let isPadded = digits.count > 1 && digits.first == UInt8(ascii: "0")
    guard !isPadded, let count = Int64(String(Substring(digits))) else { return nil }
    guard let seconds = units.first(where: { $0.letter == unit })?.seconds else { return nil }
    return .seconds(count * seconds)
  }

  /// The shortest text that `parse` reads back; fractions of a second are dropped.
  package static func text(of duration: Duration) -> String {
    let seconds = duration.components.seconds
    let unit = units.first { seconds != 0 && seconds % $0.seconds == 0 } ?? (UInt8(ascii: "s"), 1)
    return "\(seconds / unit.seconds)\(Unicode.Scalar(unit.letter))"
  }

  private static let units: [(letter: UInt8, seconds: Int64)] = [
    (UInt8(ascii: "d"), 86_400), (UInt8(ascii: "h"), 3_600), (UInt8(ascii: "m"), 60), (UInt8(ascii: "s"), 1),
  ]
}
