#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The user that this process acts as: the effective user, as files are created and opened with its rights.
package enum CurrentUser {
  package static var id: UInt32 { geteuid() }
}
