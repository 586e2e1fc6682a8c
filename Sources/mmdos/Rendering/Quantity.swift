/// Sizes, times and counts for people; `--json` prints plain numbers instead.
///
/// The output does not depend on the locale, so that it can be compared and searched.
enum Quantity {
  private static let units = ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB"]

  /// Exact below 1024 (`812 B`), then with one decimal in powers of 1024 (`1.2 MiB`); a negative count is 0.
  static func bytes(_ count: some BinaryInteger) -> SafeText {
    let count = UInt64(clamping: count)
    guard count >= 1024 else { return "\(count) B" }
    var shift: UInt64 = 10
    for unit in units {
      // Rounded to tenths; a value that rounds to 1024.0 is printed in the next unit.
      let size: UInt64 = 1 << shift
      let tenths = (count >> shift) * 10 + ((count & (size - 1)) * 10 + size / 2) >> shift
      if tenths < 10_240 || unit == units.last { return "\(tenths / 10).\(tenths % 10) \(unit)" }
      shift += 10
    }
    return "\(count) B"
  }

  /// Bytes a second, as in `1.2 MiB/s`.
  static func rate(_ bytesPerSecond: some BinaryInteger) -> SafeText {
    bytes(bytesPerSecond) + "/s"
  }

  /// About three digits: `35 ms`, `1.24 s`, `12.3 s`, `2 min 5 s`, `1 h 2 min`, `3 d 4 h`; a negative one is 0.
  static func duration(_ duration: Duration) -> SafeText {
    let (seconds, attoseconds) = max(duration, .zero).components
    // Limited so that the milliseconds do not overflow.
    let whole = min(seconds, .max / 2000)
    let milliseconds = whole * 1000 + (attoseconds + 500_000_000_000_000) / 1_000_000_000_000_000
    if milliseconds == 0, attoseconds > 0 { return "<1 ms" }
    if milliseconds < 1000 { return "\(milliseconds) ms" }
    let hundredths = (milliseconds + 5) / 10
    if hundredths < 1000 { return "\(hundredths / 100).\(padded(hundredths % 100)) s" }
    let tenths = (milliseconds + 50) / 100
    if tenths < 600 { return "\(tenths / 10).\(tenths % 10) s" }
    let rounded = (milliseconds + 500) / 1000
    if rounded < 3600 { return pair(rounded / 60, "min", rounded % 60, "s") }
    let minutes = (rounded + 30) / 60
    if minutes < 48 * 60 { return pair(minutes / 60, "h", minutes % 60, "min") }
    let hours = (minutes + 30) / 60
    return pair(hours / 24, "d", hours % 24, "h")
  }

  /// How far two times are apart: `30 hours`, from two days on `1095 days`.
  static func gap(_ duration: Duration) -> SafeText {
    let hours = Int(clamping: duration.components.seconds / 3600)
    return hours < 48 ? count(hours, "hour") : count(hours / 24, "day")
  }

  /// How long ago a moment was, in one unit: `just now`, `5 minutes ago`, `3 days ago`; `in the future` after now.
  static func age(of seconds: Int64, now: Int64) -> SafeText {
    let (age, isOutside) = now.subtractingReportingOverflow(seconds)
    if isOutside || age < -60 { return "in the future" }
    let units: [(String, Int64)] = [
      ("year", 31_557_600), ("month", 2_629_800), ("day", 86_400), ("hour", 3600), ("minute", 60),
    ]
    for (unit, length) in units where age >= length {
      return count(Int(clamping: age / length), unit) + " ago"
    }
    return "just now"
  }

  /// A number with its noun, as in `1 file` or `2 registries`; without `plural`, an s is added to the singular.
  static func count(_ count: Int, _ singular: String, _ plural: String? = nil) -> SafeText {
    "\(count) \(count == 1 ? singular : plural ?? singular + "s")"
  }

  private static func pair(_ large: Int64, _ unit: String, _ small: Int64, _ smallUnit: String) -> SafeText {
    small == 0 ? "\(large) \(unit)" : "\(large) \(unit) \(small) \(smallUnit)"
  }

  private static func padded(_ number: Int64) -> String {
    number < 10 ? "0\(number)" : "\(number)"
  }
}
