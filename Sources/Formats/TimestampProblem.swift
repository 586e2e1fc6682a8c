/// Why a time is refused; the rules are those of RFC 3339 section 5.6.
package enum TimestampProblem: Error, Hashable, Sendable {
  /// The text does not have the shape `2026-01-14T08:00:00Z`; the offset is of the first wrong byte.
  case badShape(offset: Int)
  /// A year outside 1970 to 9999, as written or in UTC.
  case yearOutOfRange(Int)
  /// A month outside 1 to 12.
  case monthOutOfRange(Int)
  /// A day that the month does not have.
  case dayOutOfRange(Int)
  /// An hour, minute or second that does not exist.
  case timeOutOfRange(hour: Int, minute: Int, second: Int)
  /// Second 60: a count of seconds since 1970 cannot represent it.
  case leapSecond
  /// An offset of 24 hours or more, or with more than 59 minutes.
  case offsetOutOfRange(hours: Int, minutes: Int)
  /// More than nine digits of fraction.
  case fractionTooLong(digits: Int)
}
