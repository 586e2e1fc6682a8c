import Disk
package import Formats

extension Timestamp {
  /// The system's wall clock; a time before 1970 or after 9999 is clamped.
  ///
  /// An operation reads it once, when it is opened: all that it judges and writes down is of one moment.
  package static func now() -> Timestamp {
    let (seconds, nanoseconds) = WallClock.read()
    return Timestamp.earliest + (.seconds(seconds) + .nanoseconds(nanoseconds))
  }
}
