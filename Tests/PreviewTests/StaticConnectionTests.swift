import Foundation
import Preview
import SystemPackage
import TestServers
import TestSupport
import Testing

/// What the preview server does with connections: how long, how many, how much.
@Suite(.timeLimit(.minutes(1))) struct StaticConnectionTests {
  private let folder: ScratchFolder

  init() throws {
    folder = try ScratchFolder()
    try folder.write("a.txt", text: "first\n")
    try folder.write("b.txt", text: "second\n")
  }

  private func withServer(
    _ change: (inout PreviewLimits) -> Void = { _ in },
    _ body: (Int) async throws -> Void
  ) async throws {
    var limits = PreviewLimits()
    change(&limits)
    let server = try StaticServer(folder: folder.path, limits: limits)
    do { try await body(server.port) } catch {
      await server.stop()
      throw error
    }
    await server.stop()
  }

  private func request(_ path: String, _ fields: String = "") -> String {
    "GET \(path) HTTP/1.1\r\nHost: localhost\r\n\(fields)\r\n"
  }

  @Test func requestsOfOneConnectionAreAnsweredInOrder() async throws {
    try await withServer { port in
      let text = "\r\n" + request("/a.txt") + request("/no") + request("/b.txt", "Connection: close\r\n")
      let answer = try await RawClient.exchange(port: port, text)
      let bodies = answer.components(separatedBy: "\r\n\r\n").map { $0.prefix { $0 != "\n" } }
      #expect(bodies.count == 4)
      #expect(answer.contains("\r\n\r\nfirst\nHTTP/1.1 404 Not Found\r\n"))
      #expect(answer.contains("\r\n\r\n404 Not Found\nHTTP/1.1 200 OK\r\n"))
      #expect(answer.hasSuffix("\r\nconnection: close\r\n\r\nsecond\n"))
    }
  }

  @Test func oldClientGetsItsAnswerAndTheEnd() async throws {
    try await withServer { port in
      let answer = try await RawClient.exchange(port: port, "GET /a.txt HTTP/1.0\r\nHost: localhost\r\n\r\n")
      #expect(answer.hasSuffix("first\n"))
    }
  }

  @Test(arguments: ["*", "W/TAG", "\"x\", TAG", "TAG"])
  func whoHasTheFileIsToldSo(condition: String) async throws {
    try await withServer { port in
      let first = try await RawClient.exchange(port: port, request("/a.txt", "Connection: close\r\n"))
      let line = try #require(first.components(separatedBy: "\r\n").first { $0.hasPrefix("etag: ") })
      let tag = condition.replacingOccurrences(of: "TAG", with: line.dropFirst(6))
      let fields = "If-None-Match: \(tag)\r\nConnection: close\r\n"
      let second = try await RawClient.exchange(port: port, request("/a.txt", fields))
      #expect(second.hasPrefix("HTTP/1.1 304 Not Modified\r\n"))
      #expect(second.contains("\r\n\(line)\r\n"))
      #expect(second.hasSuffix("\r\n\r\n"))
    }
  }

  @Test func bodyOfARequestIsNotTakenForTheNext() async throws {
    try await withServer { port in
      let body = request("/b.txt") + String(repeating: "x", count: 200_000)
      let text =
        "POST /a.txt HTTP/1.1\r\nHost: localhost\r\nContent-Length: \(body.utf8.count)\r\n\r\n" + body
      let answer = try await RawClient.exchange(port: port, text)
      #expect(answer.hasPrefix("HTTP/1.1 405 "))
      #expect(answer.hasSuffix("405 Method Not Allowed\n"))
    }
  }

  @Test(arguments: [
    "nonsense\r\n\r\n", "GET / HTTP/1.1\r\nHost: localhost\r\n x\r\n\r\n", "GET / HTTP/2.0\r\n\r\n",
  ])
  func whatIsNoRequestIsRefused(text: String) async throws {
    try await withServer { port in
      let answer = try await RawClient.exchange(port: port, text + request("/a.txt"))
      #expect(answer.hasPrefix("HTTP/1.1 400 "))
      #expect(!answer.contains("first"))
    }
  }

  @Test func headIsLimited() async throws {
    try await withServer { port in
      let start = "GET /a.txt HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nX: "
      let filler = String(repeating: "x", count: 16 * 1024 - start.utf8.count - 4)
      let longest = try await RawClient.exchange(port: port, start + filler + "\r\n\r\n")
      #expect(longest.hasSuffix("first\n"))
      let longer = try await RawClient.exchange(port: port, start + filler + "x\r\n\r\n")
      #expect(longer.hasPrefix("HTTP/1.1 431 "))
      let endless = String(repeating: "X: y\r\n", count: 50_000)
      let refused = try await RawClient.exchange(port: port, "GET /a.txt HTTP/1.1\r\n" + endless)
      #expect(refused.hasPrefix("HTTP/1.1 431 "))
    }
  }

  @Test(arguments: ["", "GET /a.txt HTTP/1.1\r\n"])
  func silentConnectionIsClosed(text: String) async throws {
    try await withServer({ $0.idleTime = .milliseconds(50) }) { port in
      // It ends at once, not at the time limit, which would give the same answer.
      let start = ContinuousClock.now
      let answer = try await RawClient.exchange(port: port, text, timeLimit: .seconds(50))
      #expect(answer == "")
      #expect(ContinuousClock.now - start < .seconds(45))
    }
  }

  @Test func drippingHeadIsClosed() async throws {
    try await withServer({ $0.idleTime = .milliseconds(100) }) { port in
      await #expect(throws: Socket.Failure.self) {
        try await Blocking.run {
          let socket = try Socket.connected(port: port)
          while true {
            try socket.write([UInt8(ascii: "x")])
            try socket.pause(for: .milliseconds(5))
          }
        }
      }
    }
  }

  @Test func clientThatDoesNotReadIsDropped() async throws {
    try makeSparseFile(bytes: 1 << 28)
    try await withServer({
      $0.idleTime = .milliseconds(100)
      $0.maxConnections = 1
    }) { port in
      let text = request("/large")
      try await Blocking.run {
        let lazy = try Socket.connected(port: port)
        try lazy.write(Array(text.utf8))
        // The only place is free again once the server has given up.
        let other = try Socket.connected(port: port)
        try other.write(Array("GET /a.txt HTTP/1.0\r\nHost: localhost\r\n\r\n".utf8))
        #expect(!(try other.read()).isEmpty)
      }
    }
  }

  @Test func fileThatShrinksIsCut() async throws {
    try makeSparseFile(bytes: 1 << 28)
    let path = folder.path.appending("large").string
    try await withServer { port in
      let text = request("/large")
      let count = try await Blocking.run {
        let socket = try Socket.connected(port: port)
        try socket.write(Array(text.utf8))
        let first = try socket.read().count
        #expect(truncate(path, 1 << 20) == 0)
        var rest = 0
        while case let count = try socket.read().count, count > 0 { rest += count }
        return first + rest
      }
      #expect(count < 1 << 28)
    }
  }

  private func makeSparseFile(bytes: Int) throws {
    let file = try folder.write("large", text: "")
    #expect(truncate(file.string, bytes) == 0)
  }
}
