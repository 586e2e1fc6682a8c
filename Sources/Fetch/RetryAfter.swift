/// The server's wish for a pause (RFC 9110 section 10.2.3).
enum RetryAfter {
  /// The pause that a header value asks for: seconds, or an HTTP date in the future.
  ///
  /// `now` is in seconds since 1970. Nil for anything else: then our own pause counts.
  static func parse(_ text: String, now: Int64) -> Duration? {
    if let seconds = HTTPDate.parseDigits(text[...], maxDigits: 9) { return .seconds(seconds) }
    guard let date = HTTPDate.parse(text) else { return nil }
    return .seconds(max(0, date - now))
  }
}
