/// A moment in UTC with nanoseconds, from 1970 to the end of 9999.
package struct Timestamp: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// Whole seconds since 1970-01-01T00:00:00Z, leap seconds not counted.
  package let secondsSince1970: Int64

  /// The fraction of the second, 0 to 999,999,999.
  package let nanoseconds: Int32

  /// Nanoseconds since 1970, as file systems count; clamped to Int64.max, a moment in the year 2262.
  package var nanosecondsSince1970: Int64 {
    let (whole, isTooLarge) = secondsSince1970.multipliedReportingOverflow(by: 1_000_000_000)
    let (sum, isSumTooLarge) = whole.addingReportingOverflow(Int64(nanoseconds))
    return isTooLarge || isSumTooLarge ? .max : sum
  }

  /// The first moment, 1970-01-01T00:00:00Z.
  package static let earliest = Timestamp(clampedSeconds: 0, nanoseconds: 0)

  /// The last moment, 9999-12-31T23:59:59.999999999Z.
  package static let latest = Timestamp(clampedSeconds: maxSeconds, nanoseconds: 999_999_999)

  private static let maxSeconds: Int64 = 253_402_300_799

  /// Takes a count of seconds; nil outside 1970 to 9999, or if the nanoseconds are not below one second.
  package init?(secondsSince1970: Int64, nanoseconds: Int32 = 0) {
    guard (0...Self.maxSeconds).contains(secondsSince1970), (0..<1_000_000_000).contains(nanoseconds) else {
      return nil
    }
    self.init(clampedSeconds: secondsSince1970, nanoseconds: nanoseconds)
  }

  /// Reads an RFC 3339 time with any offset and up to nine digits of fraction.
  ///
  /// - Throws: `TimestampProblem`.
  package init(parsing rawTime: String) throws(TimestampProblem) {
    var reader = TimestampReader(bytes: Array(rawTime.utf8))
    let (seconds, nanoseconds) = try reader.read()
    guard (0...Self.maxSeconds).contains(seconds) else {
      throw .yearOutOfRange(CivilDate(daysSince1970: CivilDate.floorDivide(seconds, by: 86400)).year)
    }
    self.init(clampedSeconds: seconds, nanoseconds: nanoseconds)
  }

  private init(clampedSeconds: Int64, nanoseconds: Int32) {
    secondsSince1970 = clampedSeconds
    self.nanoseconds = nanoseconds
  }

  /// UTC without the fraction, as in `2026-01-14T08:00:00Z`.
  package var description: String {
    let date = CivilDate(daysSince1970: secondsSince1970 / 86400)
    let second = Int(secondsSince1970 % 86400)
    func padded(_ value: Int, _ width: Int) -> String {
      let digits = String(value)
      return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
    let day = "\(padded(date.year, 4))-\(padded(date.month, 2))-\(padded(date.day, 2))"
    return "\(day)T\(padded(second / 3600, 2)):\(padded(second / 60 % 60, 2)):\(padded(second % 60, 2))Z"
  }

  /// UTC with all nine digits of the fraction, as in `2026-01-14T08:00:00.250000000Z`.
  package var preciseDescription: String {
    let digits = String(nanoseconds)
    return "\(description.dropLast()).\(String(repeating: "0", count: max(0, 9 - digits.count)))\(digits)Z"
  }

  /// The time without its fraction of a second, as it is after printing and reading it back.
  package var wholeSeconds: Timestamp { Timestamp(clampedSeconds: secondsSince1970, nanoseconds: 0) }

  package static func < (lhs: Self, rhs: Self) -> Bool {
    (lhs.secondsSince1970, lhs.nanoseconds) < (rhs.secondsSince1970, rhs.nanoseconds)
  }

  /// A later time, clamped to `earliest` and `latest`; fractions below a nanosecond are dropped.
  package static func + (time: Self, duration: Duration) -> Self {
    let (seconds, attoseconds) = duration.components
    // Both parts of a duration have the same sign.
    let sum = Int64(time.nanoseconds) + attoseconds / 1_000_000_000
    let carry = CivilDate.floorDivide(sum, by: 1_000_000_000)
    let (total, overflow) = time.secondsSince1970.addingReportingOverflow(seconds)
    if overflow { return seconds < 0 ? earliest : latest }
    // `total` may be near either end of Int64, so it is compared before the carry is added.
    if total > maxSeconds { return latest }
    if total < 0 { return earliest }
    let result = total + carry
    if result > maxSeconds { return latest }
    if result < 0 { return earliest }
    return Timestamp(clampedSeconds: result, nanoseconds: Int32(sum - carry * 1_000_000_000))
  }

  /// An earlier time, clamped to `earliest` and `latest`.
  package static func - (time: Self, duration: Duration) -> Self {
    // The most negative duration cannot be negated; the result would be past `latest` anyway.
    if duration.components.seconds == .min { return latest }
    return time + (.zero - duration)
  }

  /// The time from `rhs` to `lhs`, negative if `lhs` is earlier.
  package static func - (lhs: Self, rhs: Self) -> Duration {
    .seconds(lhs.secondsSince1970 - rhs.secondsSince1970)
      + .nanoseconds(Int64(lhs.nanoseconds) - Int64(rhs.nanoseconds))
  }
}
