import Preview
import Synchronization
import TestSupport

/// What a `LoopbackServer` serves, and how it answers.
final class LoopbackSite: Sendable {
  struct State: Sendable {
    var files: [String: [UInt8]]
    var behaviours: [String: [LoopbackBehaviour]] = [:]
    var requests: [LoopbackRequest] = []
    var connectionCount = 0
  }

  let state: Mutex<State>
  /// Of requests.
  let news = News()

  init(files: [String: [UInt8]]) {
    state = Mutex(State(files: files))
  }

  /// Answers the requests of one connection, one after the other.
  func handle(_ socket: borrowing Socket) {
    state.withLock { $0.connectionCount += 1 }
    // A client that goes away, or a server that is stopped, is the normal end of a connection.
    try? answerAll(socket)
  }

  private func answerAll(_ socket: borrowing Socket) throws(Socket.Failure) {
    var received: [UInt8] = []
    while true {
      let bytes = try socket.read()
      if bytes.isEmpty { return }
      received += bytes
      while let end = received.firstRange(of: Array("\r\n\r\n".utf8)) {
        let head = LoopbackRequest(head: received[..<end.lowerBound])
        received.removeSubrange(..<end.upperBound)
        guard let head else { return }
        for step in steps(for: head, note(head)) {
          guard try perform(step, on: socket) else { return }
        }
      }
    }
  }

  private func note(_ request: LoopbackRequest) -> LoopbackBehaviour {
    defer { news.announce() }
    return state.withLock { state in
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
  private func perform(_ step: LoopbackBehaviour.Step, on socket: borrowing Socket) throws(Socket.Failure)
    -> Bool
  {
    switch step {
    case .send(let bytes): try socket.write(bytes)
    case .sendForever(let bytes, let pause):
      while true {
        try socket.write(bytes)
        if pause > .zero { try socket.pause(for: pause) }
      }
    case .pause(let duration): try socket.pause(for: duration)
    case .stall:
      try socket.drain()
      return false
    case .close: return false
    case .reset:
      socket.resetWhenClosed()
      return false
    }
    return true
  }
}
