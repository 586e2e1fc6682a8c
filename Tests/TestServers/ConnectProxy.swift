#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif
import Preview
import Synchronization

/// An HTTP proxy on 127.0.0.1 that knows CONNECT only and leads every host name to 127.0.0.1.
package final class ConnectProxy: Sendable {
  /// What a proxy does with a CONNECT.
  package enum Behaviour: Sendable {
    /// Leads on to the port that was asked for.
    case connect
    /// Leads to this port, whatever was asked for.
    case leadTo(port: Int)
    /// As `connect`, for those who have these credentials, `user:password` in base64; 407 for all others.
    case authenticate(String)
    /// Answers with these bytes, whatever they are, and ends the connection.
    case answer([UInt8])
    /// Says nothing until the client goes away.
    case stall
    /// Ends the connection with a reset.
    case reset
  }

  /// The port it listens on.
  package var port: Int { listener.port }
  private let seen: SeenRequests
  private let listener: ConnectionListener

  private final class SeenRequests: Sendable {
    let list = Mutex<[LoopbackRequest]>([])
  }

  /// Starts a proxy; with `credentials`, `user:password` in base64, it wants them.
  package convenience init(credentials: String? = nil) async throws {
    try await self.init(credentials.map { .authenticate($0) } ?? .connect)
  }

  /// Starts a proxy that does this with every CONNECT.
  package init(_ behaviour: Behaviour) async throws {
    let seen = SeenRequests()
    listener = try ConnectionListener(maxConnections: 64) { client in
      // A connection's failure is its client's business.
      try? Self.handle(client, behaviour) { request in seen.list.withLock { $0.append(request) } }
    }
    self.seen = seen
  }

  /// Every CONNECT so far.
  package var requests: [LoopbackRequest] { seen.list.withLock { $0 } }

  /// Closes all connections and the port.
  package func stop() async {
    await listener.stop()
  }

  private static func handle(
    _ client: borrowing Socket,
    _ behaviour: Behaviour,
    onRequest: (LoopbackRequest) -> Void
  ) throws(Socket.Failure) {
    var received: [UInt8] = []
    while received.firstRange(of: Array("\r\n\r\n".utf8)) == nil {
      let bytes = try client.read()
      if bytes.isEmpty { return }
      received += bytes
    }
    // A client that waits for the answer has sent nothing behind the head.
    guard let request = LoopbackRequest(head: received.dropLast(4)), request.method == "CONNECT",
      let port = request.path.split(separator: ":").last.flatMap({ Int($0) })
    else { return }
    onRequest(request)
    switch behaviour {
    case .authenticate(let credentials)
    where request.header("proxy-authorization") != "Basic \(credentials)":
      try client.write(Array("HTTP/1.1 407 No\r\nContent-Length: 0\r\n\r\n".utf8))
    case .connect, .authenticate: try lead(client, to: port)
    case .leadTo(let port): try lead(client, to: port)
    case .answer(let bytes): try client.write(bytes)
    case .stall: try client.drain()
    case .reset: client.resetWhenClosed()
    }
  }

  private static func lead(_ client: borrowing Socket, to port: Int) throws(Socket.Failure) {
    let target = try Socket.connected(port: port, stop: client.stop)
    try client.write(Array("HTTP/1.1 200 OK\r\n\r\n".utf8))
    try relay(client, target)
  }

  /// Copies in both directions until both sides have ended.
  private static func relay(_ client: borrowing Socket, _ target: borrowing Socket) throws(Socket.Failure) {
    var (isClientOpen, isTargetOpen) = (true, true)
    while isClientOpen || isTargetOpen {
      // Nothing is asked of a side that has ended, which would always be ready.
      let ready = try Readiness.wait(
        for: [
          (isClientOpen ? client.descriptor : -1, POLLIN), (isTargetOpen ? target.descriptor : -1, POLLIN),
        ],
        stop: client.stop,
        until: nil
      )
      if ready[0] { isClientOpen = try copy(from: client, to: target) }
      if ready[1] { isTargetOpen = try copy(from: target, to: client) }
    }
  }

  /// Copies what has come; false at the end, which is passed on.
  private static func copy(from source: borrowing Socket, to other: borrowing Socket) throws(Socket.Failure)
    -> Bool
  {
    let bytes = try source.read()
    if bytes.isEmpty {
      other.endWriting()
    } else {
      try other.write(bytes)
    }
    return !bytes.isEmpty
  }
}
