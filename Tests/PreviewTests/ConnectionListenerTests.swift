import Preview
import Synchronization
import SystemPackage
import TestServers
import Testing

@Suite(.timeLimit(.minutes(1))) struct ConnectionListenerTests {
  /// What a handler does until it is told to stop.
  enum Wait: CaseIterable {
    case read, drain, pause, write, accept
  }

  private final class Counts: Sendable {
    let now = Mutex(0)
    let most = Mutex(0)
    let ended = Mutex<[Socket.Failure?]>([])
  }

  private static func perform(_ wait: Wait, _ socket: borrowing Socket) throws(Socket.Failure) {
    switch wait {
    case .read, .accept: _ = try socket.read()
    case .drain: try socket.drain()
    case .pause: try socket.pause(for: .seconds(3600))
    case .write: while true { try socket.write([UInt8](repeating: 120, count: 1 << 20)) }
    }
  }

  @Test(arguments: Wait.allCases)
  func stopEndsEveryWait(wait: Wait) async throws {
    let counts = Counts()
    let listener = try ConnectionListener(maxConnections: 4) { socket in
      counts.now.withLock { $0 += 1 }
      do throws(Socket.Failure) {
        try Self.perform(wait, socket)
        counts.ended.withLock { $0.append(nil) }
      } catch { counts.ended.withLock { $0.append(error) } }
    }
    guard wait != .accept else { return await listener.stop() }
    let port = listener.port
    // The client reads nothing, and holds its end open until the server has ended.
    async let client: Void = Blocking.run {
      let socket = try Socket.connected(port: port)
      while counts.ended.withLock({ $0.isEmpty }) { try socket.pause(for: .milliseconds(1)) }
    }
    while counts.now.withLock({ $0 }) == 0 { await Task.yield() }
    await listener.stop()
    #expect(counts.ended.withLock { $0 } == [.stopped])
    try await client
  }

  @Test func lastReferenceEndsConnections() async throws {
    let counts = Counts()
    var listener: ConnectionListener? = try ConnectionListener(maxConnections: 4) { socket in
      counts.now.withLock { $0 += 1 }
      do throws(Socket.Failure) { _ = try socket.read() } catch { counts.ended.withLock { $0.append(error) } }
    }
    let port = try #require(listener?.port)
    async let client = Blocking.run { try Socket.connected(port: port).read() }
    while counts.now.withLock({ $0 }) == 0 { await Task.yield() }
    listener = nil
    #expect(try await client == [])
    #expect(counts.ended.withLock { $0 } == [.stopped])
  }

  @Test func connectionsBeyondTheBoundWaitAndAreServed() async throws {
    let counts = Counts()
    let listener = try ConnectionListener(maxConnections: 2) { socket in
      let now = counts.now.withLock { count in
        count += 1
        return count
      }
      counts.most.withLock { $0 = max($0, now) }
      // The client goes away after this, or the test has failed already.
      try? socket.pause(for: .milliseconds(1))
      try? socket.write([UInt8(ascii: "a")])
      counts.now.withLock { $0 -= 1 }
    }
    let port = listener.port
    let answers = try await withThrowingTaskGroup(of: [UInt8].self) { group in
      for _ in 0..<40 { group.addTask { try await Blocking.run { try Socket.connected(port: port).read() } } }
      return try await group.reduce(into: 0) { $0 += $1.count }
    }
    #expect(answers == 40)
    #expect((1...2).contains(counts.most.withLock { $0 }))
    await listener.stop()
  }

  @Test func portInUseIsTheSystemsError() async throws {
    let first = try ConnectionListener(maxConnections: 1) { _ in }
    #expect(throws: Errno.addressInUse) {
      _ = try ConnectionListener(port: first.port, maxConnections: 1) { _ in }
    }
    await first.stop()
  }

  @Test(arguments: [-1, 65_536, Int.max])
  func impossiblePortIsRefused(port: Int) {
    #expect(throws: Errno.invalidArgument) {
      _ = try ConnectionListener(port: port, maxConnections: 1) { _ in }
    }
  }

  @Test func resetIsNoEnd() async throws {
    let listener = try ConnectionListener(maxConnections: 1) { $0.resetWhenClosed() }
    let port = listener.port
    await #expect(throws: Socket.Failure.system(.connectionReset)) {
      try await Blocking.run { try Socket.connected(port: port).read() }
    }
    await listener.stop()
  }

  @Test func deadlineEndsReadingAndWriting() async throws {
    let listener = try ConnectionListener(maxConnections: 1) { try? $0.pause(for: .seconds(3600)) }
    let port = listener.port
    await #expect(throws: Socket.Failure.timedOut) {
      try await Blocking.run {
        try Socket.connected(port: port).read(until: .now.advanced(by: .milliseconds(20)))
      }
    }
    await #expect(throws: Socket.Failure.timedOut) {
      try await Blocking.run {
        let bytes = [UInt8](repeating: 0, count: 64 << 20)
        try Socket.connected(port: port).write(bytes, until: .now.advanced(by: .milliseconds(200)))
      }
    }
    await listener.stop()
  }
}
