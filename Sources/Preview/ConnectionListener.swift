import Synchronization
package import SystemPackage

/// Listens on one address of this machine and runs a thread for each connection.
///
/// Never more than `maxConnections` at a time: those beyond wait, unaccepted, until one ends. All threads end
/// with `stop()` or with the last reference.
package final class ConnectionListener: Sendable {
  /// The address that is listened on.
  package let host: LoopbackHost
  /// The port that is listened on.
  package let port: Int
  private let connections: Connections

  /// Listens; port 0 lets the system choose one.
  ///
  /// `handle` runs on a thread of its own, which may block, and should end when the socket says `.stopped`. The
  /// connection is closed afterwards.
  ///
  /// - Throws: What the system says of the address.
  package init(
    host: LoopbackHost = .ipv4,
    port: Int = 0,
    maxConnections: Int,
    handle: @escaping @Sendable (borrowing Socket) -> Void
  ) throws(Errno) {
    let stop = try StopSignal()
    let socket = try Socket.listening(on: host, port: port, stop: stop)
    guard let port = host.port(of: socket.descriptor) else { throw .invalidArgument }
    self.host = host
    self.port = port
    connections = Connections(socket, stop: stop, maxThreads: maxConnections, handle: handle)
    try connections.addThread()
  }

  deinit {
    connections.stop.fire()
  }

  /// Closes the port and all connections, and returns when their threads have ended.
  package func stop() async {
    connections.stop.fire()
    await connections.waitForThreads()
  }
}

/// The threads of a listener.
///
/// The listening socket goes from hand to hand: who holds it accepts one connection, gives the socket back for
/// the next thread to take, and sees to the connection. So no thread only accepts, and none stands idle.
private final class Connections: Sendable {
  private struct State: ~Copyable {
    /// Nil while a thread waits on it, and when it is closed.
    var listening: Socket?
    var threadCount = 0
    var waiters: [CheckedContinuation<Void, Never>] = []
  }

  let stop: StopSignal
  private let state: Mutex<State>
  private let maxThreads: Int
  private let handle: @Sendable (borrowing Socket) -> Void

  init(
    _ listening: consuming sending Socket,
    stop: StopSignal,
    maxThreads: Int,
    handle: @escaping @Sendable (borrowing Socket) -> Void
  ) {
    self.stop = stop
    self.maxThreads = maxThreads
    self.handle = handle
    state = Mutex(State(listening: listening))
  }

  /// Starts one more thread unless there are as many as there may be.
  func addThread() throws(Errno) {
    let isOneMore = state.withLock { state in
      guard state.threadCount < maxThreads else { return false }
      state.threadCount += 1
      return true
    }
    guard isOneMore else { return }
    do { try SystemThread.start { self.run() } } catch {
      leave()
      throw error
    }
  }

  func waitForThreads() async {
    await withCheckedContinuation { continuation in
      let isOver = state.withLock { state in
        guard state.threadCount > 0 else { return true }
        state.waiters.append(continuation)
        return false
      }
      if isOver { continuation.resume() }
    }
  }

  /// What each thread does: connection after connection, for as long as nobody else is accepting.
  private func run() {
    while let listening = state.withLock({ $0.listening.take() }) {
      guard let connection = accept(listening) else { break }
      giveBack(listening)
      // Without another thread this one accepts again after this connection.
      try? addThread()
      handle(connection)
    }
    leave()
  }

  /// Nil when it is over.
  private func accept(_ listening: borrowing Socket) -> Socket? {
    do { return try listening.acceptNext() } catch { return nil }
  }

  private func giveBack(_ listening: consuming sending Socket) {
    var socket: Socket? = consume listening
    state.withLock { $0.listening = socket.take() }
  }

  private func leave() {
    let waiters = state.withLock { state -> [CheckedContinuation<Void, Never>] in
      state.threadCount -= 1
      guard state.threadCount == 0 else { return [] }
      state.listening = nil
      defer { state.waiters = [] }
      return state.waiters
    }
    for waiter in waiters { waiter.resume() }
  }
}
