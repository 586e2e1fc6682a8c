#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif
import CPlatform
import SystemPackage

extension Socket {
  /// Listens on a port; port 0 lets the system choose one.
  static func listening(on host: LoopbackHost, port: Int, stop: StopSignal) throws(Errno) -> Socket {
    guard let number = UInt16(exactly: port) else { throw .invalidArgument }
    let descriptor = mmdos_socket(host.family)
    guard descriptor >= 0 else { throw Errno(rawValue: errno) }
    let socket = Socket(takingOver: descriptor, stop: stop)
    // Connections of a server that has just ended must not prevent a new one from starting.
    socket.set(SOL_SOCKET, SO_REUSEADDR, 1 as CInt)
    guard host.withSystemAddress(port: number, { bind(socket.descriptor, $0, $1) }) == 0,
      listen(socket.descriptor, 256) == 0
    else { throw Errno(rawValue: errno) }
    return socket
  }

  /// Connects to a loopback port.
  package static func connected(
    to host: LoopbackHost = .ipv4,
    port: Int,
    stop: StopSignal? = nil,
    until deadline: ContinuousClock.Instant? = nil
  ) throws(Failure) -> Socket {
    guard let number = UInt16(exactly: port) else { throw .system(.invalidArgument) }
    let descriptor = mmdos_socket(host.family)
    guard descriptor >= 0 else { throw .system(Errno(rawValue: errno)) }
    let socket = Socket(takingOver: descriptor, stop: stop)
    let result = host.withSystemAddress(port: number) { connect(socket.descriptor, $0, $1) }
    let code = result == 0 ? 0 : errno
    // After an interruption the system continues to connect (connect(2)).
    guard code == 0 || code == EINPROGRESS || code == EINTR else { throw .system(Errno(rawValue: code)) }
    if code != 0 { try socket.finishConnecting(until: deadline) }
    socket.sendAtOnce()
    return socket
  }

  /// Waits for the next connection.
  ///
  /// - Throws: `.stopped`, or the error of the system call.
  func acceptNext() throws(Failure) -> Socket {
    while true {
      try wait(for: POLLIN, until: nil)
      let accepted = mmdos_accept(descriptor)
      if accepted >= 0 {
        let socket = Socket(takingOver: accepted, stop: stop)
        socket.sendAtOnce()
        return socket
      }
      // A client that gave up is skipped without waiting. Without free descriptors or memory it waits: the connection
      // stays in the queue until there are some again.
      guard !Self.isWorthAnotherTry(errno), errno != ECONNABORTED else { continue }
      try pause(for: .milliseconds(50))
    }
  }

  private func finishConnecting(until deadline: ContinuousClock.Instant?) throws(Failure) {
    try wait(for: POLLOUT, until: deadline)
    var code: CInt = 0
    var length = socklen_t(MemoryLayout<CInt>.size)
    guard getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &code, &length) == 0 else {
      throw .system(Errno(rawValue: errno))
    }
    guard code == 0 else { throw .system(Errno(rawValue: code)) }
  }

  /// Disables Nagle's algorithm, so that a small response does not wait for an acknowledgement.
  private func sendAtOnce() {
    set(CInt(IPPROTO_TCP), TCP_NODELAY, 1 as CInt)
  }
}
