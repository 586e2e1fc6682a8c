import NIOCore
import Synchronization

/// Stops reading from HTTP/2 connections while any of their readers is behind.
///
/// The client pauses a single stream, but its connection goes on filling the stream's window of 8 MiB, in
/// buffers that are several times as large as what they hold. All readers share the same processors, so one
/// that is behind loses nothing when the others wait with it.
final class ReadGate: Sendable {
  private struct State {
    var connections: [ObjectIdentifier: any Channel] = [:]
    /// How many readers are behind.
    var holds = 0
  }

  private let state = Mutex(State())

  /// Whether reading is stopped: no server can then be blamed for being slow.
  var isClosed: Bool { state.withLock { $0.holds > 0 } }

  /// Puts a new connection behind the gate.
  func add(_ connection: any Channel) {
    let isClosed = state.withLock { state in
      state.connections[ObjectIdentifier(connection)] = connection
      return state.holds > 0
    }
    if isClosed { Self.setReading(false, on: [connection]) }
    connection.closeFuture.whenComplete { _ in
      self.state.withLock { _ = $0.connections.removeValue(forKey: ObjectIdentifier(connection)) }
    }
  }

  /// Stops reading until the future completes, and until every other such future has.
  func close(until future: EventLoopFuture<Void>) {
    change(by: 1)
    future.whenComplete { _ in self.change(by: -1) }
  }

  private func change(by difference: Int) {
    let (wasClosed, isClosed, connections) = state.withLock { state in
      let wasClosed = state.holds > 0
      state.holds += difference
      return (wasClosed, state.holds > 0, Array(state.connections.values))
    }
    if wasClosed != isClosed { Self.setReading(!isClosed, on: connections) }
  }

  private static func setReading(_ isReading: Bool, on connections: [any Channel]) {
    // Fails only for a connection that is closed, and that has nothing left to read.
    for connection in connections { _ = connection.setOption(.autoRead, value: isReading) }
  }
}
