#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The user that this process acts as.
package enum CurrentUser {
  /// The effective user id.
  package static var id: UInt32 { geteuid() }
}
