#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The user that this process acts as.
enum CurrentUser {
  /// The effective user id.
  static var id: UInt32 { geteuid() }
}
