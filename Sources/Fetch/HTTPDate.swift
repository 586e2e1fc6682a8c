/// Dates in headers (RFC 9110 section 5.6.7).
enum HTTPDate {
  private static let months: [Substring] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
  ]

  /// Seconds since 1970 of an IMF-fixdate, `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110 section 5.6.7).
  static func parse(_ text: String) -> Int64? {
    let parts = text.split(separator: " ", omittingEmptySubsequences: false)
    guard parts.count == 6, parts[0].hasSuffix(","), parts[5] == "GMT",
      let day = parseDigits(parts[1], maxDigits: 2), (1...31).contains(day),
      let month = months.firstIndex(of: parts[2]),
      let year = parseDigits(parts[3], maxDigits: 4), year >= 1970
    else { return nil }
    let time = parts[4].split(separator: ":", omittingEmptySubsequences: false)
    guard time.count == 3, let hour = parseDigits(time[0], maxDigits: 2), hour < 24,
      let minute = parseDigits(time[1], maxDigits: 2), minute < 60,
      let second = parseDigits(time[2], maxDigits: 2), second <= 60
    else { return nil }
    return daysSince1970(year: year, month: Int64(month + 1), day: day) * 86400 + hour * 3600 + minute * 60
      + second
  }

  /// Days since 1970 of a Gregorian date; years begin in March, so that the leap day is the last one.
  private static func daysSince1970(year: Int64, month: Int64, day: Int64) -> Int64 {
    let marchYear = month > 2 ? year : year - 1
    let dayOfYear = (153 * ((month + 9) % 12) + 2) / 5 + day - 1
    return marchYear * 365 + marchYear / 4 - marchYear / 100 + marchYear / 400 + dayOfYear - 719_468
  }

  /// Reads a decimal number; nil if there is any other character.
  static func parseDigits(_ text: Substring, maxDigits: Int) -> Int64? {
    guard !text.isEmpty, text.utf8.count <= maxDigits,
      text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) })
    else { return nil }
    return Int64(text)
  }
}
