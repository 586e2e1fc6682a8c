package import NIOCore
import NIOPosix
import Synchronization

/// Listens on one address of this machine and runs a task for each connection.
///
/// An accepted `NIOAsyncChannel` ends the program unless its `executeThenClose` is called, so none is ever
/// handed over through a sequence that a stop could drop: its task starts where it is accepted.
package final class ConnectionListener: Sendable {
  /// The address and port that are listened on.
  package let address: SocketAddress
  private let channel: any Channel
  private let connections: Connections

  private init(address: SocketAddress, channel: any Channel, connections: Connections) {
    self.address = address
    self.channel = channel
    self.connections = connections
  }

  deinit {
    channel.close(promise: nil)
    connections.cancelAll()
  }

  /// Listens; port 0 lets the system choose one.
  ///
  /// `wrap` runs on the connection's event loop before anything is read. `handle` must call
  /// `executeThenClose` and is cancelled when the listener stops.
  ///
  /// - Throws: What the system says of the address.
  package static func start<Inbound: Sendable, Outbound: Sendable>(
    host: String = "127.0.0.1",
    port: Int = 0,
    wrap: @escaping @Sendable (any Channel) throws -> NIOAsyncChannel<Inbound, Outbound>,
    handle: @escaping @Sendable (NIOAsyncChannel<Inbound, Outbound>) async -> Void
  ) async throws -> ConnectionListener {
    let connections = Connections()
    let address = try SocketAddress(ipAddress: host, port: port)
    let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .serverChannelOption(.backlog, value: 256)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          let connection = try wrap(channel)
          connections.start { await handle(connection) }
        }
      }
      .bind(to: address).get()
    return ConnectionListener(
      address: channel.localAddress ?? address,
      channel: channel,
      connections: connections
    )
  }

  /// Waits until the port is closed and the last connection has ended.
  package func waitUntilStopped() async {
    // How the port was closed is of no interest: by `stop()`, or by losing the socket.
    try? await channel.closeFuture.get()
    connections.cancelAll()
    await connections.waitForAll()
  }

  /// Closes the port and all connections, then returns.
  package func stop() async {
    channel.close(promise: nil)
    await waitUntilStopped()
  }
}

/// The tasks of the open connections.
private final class Connections: Sendable {
  private struct State {
    var tasks: [Int: Task<Void, Never>] = [:]
    var startedCount = 0
    var isStopped = false
  }

  private let state = Mutex(State())

  func start(_ handle: @escaping @Sendable () async -> Void) {
    state.withLock { state in
      let number = state.startedCount
      state.startedCount += 1
      // It removes itself under this lock, hence after it was entered.
      let task = Task {
        await handle()
        self.remove(number)
      }
      state.tasks[number] = task
      if state.isStopped { task.cancel() }
    }
  }

  /// Ends the tasks there are and each that is still to come.
  func cancelAll() {
    state.withLock { state in
      state.isStopped = true
      for task in state.tasks.values { task.cancel() }
    }
  }

  func waitForAll() async {
    while let task = state.withLock({ $0.tasks.values.first }) { await task.value }
  }

  private func remove(_ number: Int) {
    state.withLock { $0.tasks[number] = nil }
  }
}
