import Disk
package import Formats

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

extension Timestamp {
  /// The system's wall clock; a time before 1970 or after 9999 is clamped.
  ///
  /// An operation reads it once, when it is opened: all that it judges and writes down is of one moment.
  package static func now() -> Timestamp { readWallClock() }
}

/// The times of files, which are compared with each other and never with what an operation judges by.
enum FileTime {
  /// A change of a file from now on gets a later time than this, in nanoseconds since 1970.
  ///
  /// Not the time at which the operation began, as files that it wrote since are later than that.
  static func settled() -> Int64 {
    // File times lag behind the clock by up to a timer tick.
    readWallClock().nanosecondsSince1970.addingClamped(-20_000_000)
  }
}

private func readWallClock() -> Timestamp {
  var time = timespec()
  // It fails only for an unknown clock, and every system has this one; zero is then an acceptable value.
  clock_gettime(CLOCK_REALTIME, &time)
  return Timestamp.earliest + (.seconds(Int64(time.tv_sec)) + .nanoseconds(Int64(time.tv_nsec)))
}
