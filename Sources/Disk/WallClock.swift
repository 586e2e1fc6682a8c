#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The system's wall clock.
package enum WallClock {
  /// The time since 1970 in whole seconds and the nanoseconds after them.
  package static func read() -> (seconds: Int64, nanoseconds: Int64) {
    var time = timespec()
    // It fails only for an unknown clock, and every system has this one; zero is then an acceptable value.
    clock_gettime(CLOCK_REALTIME, &time)
    return (Int64(time.tv_sec), Int64(time.tv_nsec))
  }
}
