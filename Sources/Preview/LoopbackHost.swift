#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The loopback addresses, which other machines cannot reach.
package enum LoopbackHost: String, Hashable, Sendable {
  /// `127.0.0.1`.
  case ipv4 = "127.0.0.1"
  /// `::1`.
  case ipv6 = "::1"

  /// The address family for `socket`.
  var family: CInt { self == .ipv4 ? AF_INET : AF_INET6 }

  /// Passes the address with a port to a system call.
  func withSystemAddress(port: UInt16, _ body: (UnsafePointer<sockaddr>, socklen_t) -> CInt) -> CInt {
    switch self {
    case .ipv4:
      var address = sockaddr_in()
      address.sin_family = sa_family_t(AF_INET)
      address.sin_port = port.bigEndian
      address.sin_addr.s_addr = (0x7F00_0001 as UInt32).bigEndian
      return Self.lend(&address, body)
    case .ipv6:
      var address = sockaddr_in6()
      address.sin6_family = sa_family_t(AF_INET6)
      address.sin6_port = port.bigEndian
      // All bits are zero but the last (RFC 4291 section 2.5.3).
      withUnsafeMutableBytes(of: &address.sin6_addr) { $0[15] = 1 }
      return Self.lend(&address, body)
    }
  }

  /// The port of a bound socket; nil when the system call fails.
  func port(of descriptor: CInt) -> Int? {
    switch self {
    case .ipv4:
      var address = sockaddr_in()
      return Self.fill(&address, descriptor) ? Int(UInt16(bigEndian: address.sin_port)) : nil
    case .ipv6:
      var address = sockaddr_in6()
      return Self.fill(&address, descriptor) ? Int(UInt16(bigEndian: address.sin6_port)) : nil
    }
  }

  private static func lend<Address>(
    _ address: inout Address,
    _ body: (UnsafePointer<sockaddr>, socklen_t) -> CInt
  ) -> CInt {
    let length = socklen_t(MemoryLayout<Address>.size)
    return withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, length) }
    }
  }

  private static func fill<Address>(_ address: inout Address, _ descriptor: CInt) -> Bool {
    var length = socklen_t(MemoryLayout<Address>.size)
    return withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) == 0 }
    }
  }
}
