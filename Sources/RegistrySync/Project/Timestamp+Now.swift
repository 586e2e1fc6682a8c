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
  package static func now() -> Timestamp {
    var time = timespec()
    // It fails only for an unknown clock, and every system has this one; zero is then an acceptable value.
    clock_gettime(CLOCK_REALTIME, &time)
    return Timestamp.earliest + (.seconds(Int64(time.tv_sec)) + .nanoseconds(Int64(time.tv_nsec)))
  }
}
