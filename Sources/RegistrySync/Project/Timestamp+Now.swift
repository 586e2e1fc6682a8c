package import Formats

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

extension Timestamp {
  /// The system's wall clock; a clock set before 1970 or past 9999 gives the nearest value.
  package static func now() -> Timestamp {
    var time = timespec()
    // Fails for an unknown clock only, and every system knows this one; zero is then as good as any.
    clock_gettime(CLOCK_REALTIME, &time)
    return Timestamp.earliest + (.seconds(Int64(time.tv_sec)) + .nanoseconds(Int64(time.tv_nsec)))
  }
}
