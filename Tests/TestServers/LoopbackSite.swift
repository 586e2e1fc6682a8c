import NIOCore
import Synchronization

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// What a `LoopbackServer` serves, and how it answers.
final class LoopbackSite: Sendable {
  typealias Connection = NIOAsyncChannel<ByteBuffer, ByteBuffer>

  struct State: Sendable {
    var files: [String: [UInt8]]
    var behaviours: [String: [LoopbackBehaviour]] = [:]
    var requests: [LoopbackRequest] = []
    var connectionCount = 0
  }

  let state: Mutex<State>

  init(files: [String: [UInt8]]) {
    state = Mutex(State(files: files))
  }

  /// Answers the requests of one connection, one after the other.
  func handle(_ connection: Connection) async {
    state.withLock { $0.connectionCount += 1 }
    // A client that goes away is the normal end of a connection.
    try? await connection.executeThenClose { inbound, outbound in
      var received: [UInt8] = []
      for try await buffer in inbound {
        received += buffer.readableBytesView
        while let end = received.firstRange(of: Array("\r\n\r\n".utf8)) {
          let head = LoopbackRequest(head: received[..<end.lowerBound])
          received.removeSubrange(..<end.upperBound)
          guard let head else { return }
          let behaviour = note(head)
          let steps = steps(for: head, behaviour)
          for step in steps {
            guard try await perform(step, on: connection.channel, outbound) else { return }
          }
        }
      }
    }
  }

  private func note(_ request: LoopbackRequest) -> LoopbackBehaviour {
    state.withLock { state in
      let count = state.requests.count { $0.path == request.path }
      state.requests.append(request)
      guard let behaviours = state.behaviours[request.path], !behaviours.isEmpty else { return .file }
      return behaviours[min(count, behaviours.count - 1)]
    }
  }

  private func steps(for request: LoopbackRequest, _ behaviour: LoopbackBehaviour) -> [LoopbackBehaviour.Step]
  {
    switch behaviour {
    case .script(let steps): steps
    case .answer(let status, let fields, let body): [.send(Self.response(status, fields, body, to: request))]
    case .file: [.send(fileResponse(to: request))]
    }
  }

  private func fileResponse(to request: LoopbackRequest) -> [UInt8] {
    guard let bytes = state.withLock({ $0.files[request.path] }) else {
      return Self.response(404, [:], Array("not found\n".utf8), to: request)
    }
    let tag = "\"\(bytes.count)-\(Self.checksum(bytes))\""
    let isCurrent = request.header("if-none-match") == tag
    return Self.response(isCurrent ? 304 : 200, ["ETag": tag], isCurrent ? nil : bytes, to: request)
  }

  private static func response(
    _ status: Int,
    _ fields: [String: String],
    _ body: [UInt8]?,
    to request: LoopbackRequest
  ) -> [UInt8] {
    var text = "HTTP/1.1 \(status) Status\r\n"
    for (name, value) in fields.sorted(by: { $0.key < $1.key }) { text += "\(name): \(value)\r\n" }
    if let body { text += "Content-Length: \(body.count)\r\n" }
    return Array((text + "\r\n").utf8) + (request.method == "HEAD" ? [] : body ?? [])
  }

  /// FNV-1a: enough to tell test files apart.
  private static func checksum(_ bytes: [UInt8]) -> String {
    String(bytes.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }, radix: 16)
  }

  /// Does one step; false if the connection is over.
  private func perform(
    _ step: LoopbackBehaviour.Step,
    on channel: any Channel,
    _ outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>
  ) async throws -> Bool {
    switch step {
    case .send(let bytes): try await outbound.write(ByteBuffer(bytes: bytes))
    case .sendForever(let bytes, let pause):
      while true {
        try await outbound.write(ByteBuffer(bytes: bytes))
        if pause > .zero { try await Task.sleep(for: pause) }
      }
    case .pause(let duration): try await Task.sleep(for: duration)
    case .stall:
      // Until the client goes away, or the server stops.
      try await withTaskCancellationHandler {
        try await channel.closeFuture.get()
      } onCancel: {
        channel.close(promise: nil)
      }
      return false
    case .close: return false
    case .reset:
      if let socket = channel as? any SocketOptionProvider {
        try await socket.setSoLinger(linger(l_onoff: 1, l_linger: 0)).get()
      }
      try await channel.close()
      return false
    }
    return true
  }
}
