import NIOCore
import NIOPosix
import Preview
import Synchronization

/// An HTTP proxy on 127.0.0.1 that knows CONNECT only and leads every host name to 127.0.0.1.
package final class ConnectProxy: Sendable {
  private typealias Connection = NIOAsyncChannel<ByteBuffer, ByteBuffer>

  /// The port it listens on.
  package var port: Int { listener.address.port ?? 0 }
  private let seen: SeenRequests
  private let listener: ConnectionListener

  private final class SeenRequests: Sendable {
    let list = Mutex<[LoopbackRequest]>([])
  }

  /// Starts a proxy; with `credentials`, `user:password` in base64, it wants them.
  package init(credentials: String? = nil) async throws {
    let seen = SeenRequests()
    listener = try await ConnectionListener.start {
      try Connection(wrappingChannelSynchronously: $0)
    } handle: {
      // A connection's failure is its client's business.
      try? await Self.handle($0, seen, credentials)
    }
    self.seen = seen
  }

  /// Every CONNECT so far.
  package var requests: [LoopbackRequest] { seen.list.withLock { $0 } }

  /// Closes all connections and the port.
  package func stop() async {
    await listener.stop()
  }

  private static func handle(_ connection: Connection, _ seen: SeenRequests, _ credentials: String?)
    async throws
  {
    try await connection.executeThenClose { inbound, outbound in
      var received: [UInt8] = []
      var iterator = inbound.makeAsyncIterator()
      while received.firstRange(of: Array("\r\n\r\n".utf8)) == nil {
        guard let buffer = try await iterator.next() else { return }
        received += buffer.readableBytesView
      }
      guard let head = LoopbackRequest(head: received.dropLast(4)), head.method == "CONNECT",
        let port = head.path.split(separator: ":").last.flatMap({ Int($0) })
      else { return }
      seen.list.withLock { $0.append(head) }
      if let credentials, head.header("proxy-authorization") != "Basic \(credentials)" {
        return try await outbound.write(ByteBuffer(string: "HTTP/1.1 407 No\r\nContent-Length: 0\r\n\r\n"))
      }
      let target = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
        .connect(host: "127.0.0.1", port: port) { channel in
          channel.eventLoop.makeCompletedFuture {
            try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
          }
        }
      try await target.executeThenClose { targetInbound, targetOutbound in
        try await outbound.write(ByteBuffer(string: "HTTP/1.1 200 OK\r\n\r\n"))
        async let back: Void = copy(targetInbound, outbound)
        while let buffer = try await iterator.next() { try await targetOutbound.write(buffer) }
        targetOutbound.finish()
        try await back
      }
    }
  }

  private static func copy(
    _ inbound: NIOAsyncChannelInboundStream<ByteBuffer>,
    _ outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>
  ) async throws {
    for try await buffer in inbound { try await outbound.write(buffer) }
    outbound.finish()
  }
}
