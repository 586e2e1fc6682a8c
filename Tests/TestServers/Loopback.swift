#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif
import SystemPackage

/// Ports of 127.0.0.1.
package enum Loopback {
  /// Ports on which nothing listened a moment ago, all different.
  package static func freePorts(_ count: Int) throws -> [Int] {
    var sockets: [CInt] = []
    defer { for socket in sockets { close(socket) } }
    return try (0..<count).map { _ in
      let descriptor = makeSocket()
      sockets.append(descriptor)
      return try bindAnyPort(descriptor)
    }
  }

  /// Whether something listens on a port.
  package static func isListening(on port: Int) -> Bool {
    let descriptor = makeSocket()
    defer { close(descriptor) }
    return connect(descriptor, to: port)
  }

  /// A port on which connecting hangs: what listens there has no room for one more connection.
  package final class DeafPort: Sendable {
    /// The number.
    package let port: Int
    private let sockets: [CInt]

    /// Takes a port.
    package init() throws {
      let listener = makeSocket()
      port = try bindAnyPort(listener)
      guard listen(listener, 0) == 0 else { throw Errno(rawValue: errno) }
      // More than the queue of length 0 takes; those beyond it wait as long as we do.
      let (taken, number) = (listener, port)
      sockets =
        [taken]
        + (0..<4).map { _ in
          let descriptor = makeSocket()
          _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
          _ = connect(descriptor, to: number)
          return descriptor
        }
    }

    deinit {
      for socket in sockets { close(socket) }
    }
  }

  private static func bindAnyPort(_ descriptor: CInt) throws -> Int {
    var address = makeAddress(port: 0)
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isBound = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, length) == 0 && getsockname(descriptor, $0, &length) == 0
      }
    }
    guard isBound else { throw Errno(rawValue: errno) }
    return Int(UInt16(bigEndian: address.sin_port))
  }

  private static func connect(_ descriptor: CInt, to port: Int) -> Bool {
    var address = makeAddress(port: port)
    return withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        systemConnect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
      }
    }
  }

  private static func makeSocket() -> CInt {
    #if canImport(Glibc)
      socket(AF_INET, CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0)
    #else
      socket(AF_INET, SOCK_STREAM, 0)
    #endif
  }

  private static func makeAddress(port: Int) -> sockaddr_in {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = UInt16(port).bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    return address
  }
}

// Inside `Loopback`, `connect` is its own.
private func systemConnect(_ descriptor: CInt, _ address: UnsafePointer<sockaddr>, _ length: socklen_t)
  -> CInt
{
  connect(descriptor, address, length)
}
