import NIOCore
import NIOPosix

/// Sends bytes that no HTTP library would send.
package enum RawClient {
  /// Sends text to a port of 127.0.0.1 and returns all that comes until the server closes or time is up.
  package static func exchange(port: Int, _ text: String, timeLimit: Duration = .seconds(10)) async throws
    -> String
  {
    let connection = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .connect(host: "127.0.0.1", port: port) { channel in
        channel.eventLoop.makeCompletedFuture {
          try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
        }
      }
    let channel = connection.channel
    let limit = channel.eventLoop.scheduleTask(in: TimeAmount(timeLimit)) { channel.close(promise: nil) }
    defer { limit.cancel() }
    return try await connection.executeThenClose { inbound, outbound in
      try await outbound.write(ByteBuffer(string: text))
      var answer: [UInt8] = []
      for try await buffer in inbound { answer += buffer.readableBytesView }
      return String(decoding: answer, as: UTF8.self)
    }
  }
}
