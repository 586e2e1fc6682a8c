/// The pause that a server asks for (RFC 9110 section 10.2.3).
enum RetryAfter {
  /// Parses a header value: seconds, or an HTTP date in the future.
  ///
  /// `now` is in seconds since 1970. Nil for any other value; the usual back-off then applies.
  static func parse(_ text: String, now: Int64) -> Duration? {
    if let seconds = HTTPDate.parseDigits(text[...], maxDigits: 9) { return .seconds(seconds) }
    guard let date = HTTPDate.parse(text) else { return nil }
    return .seconds(max(0, date - now))
  }
}
