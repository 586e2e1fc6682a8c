#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The wall clock, only for dates in headers and certificates; limits use a monotonic clock.
enum SystemTime {
  static func secondsSince1970() -> Int64 {
    Int64(time(nil))
  }
}
