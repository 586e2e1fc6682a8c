import Disk
import Synchronization
package import SystemPackage

/// Listens on one loopback address and runs a thread for each connection.
///
/// At most `maxConnections` run at a time; further connections are not accepted until one ends. All threads end with
/// `stop()` or when the last reference is released.
package final class ConnectionListener: Sendable {
  package let host: LoopbackHost
  package let port: Int
  private let connections: Connections

  /// Starts listening; port 0 lets the system choose a port.
  ///
  /// `handle` runs on its own thread, which may block, and should return when the socket throws `.stopped`. The
  /// connection is closed afterwards.
  ///
  /// - Throws: The error of the system call.
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

  /// Closes the port and all connections, and returns when all threads have ended.
  package func stop() async {
    connections.stop.fire()
    await connections.waitForThreads()
  }
}

/// The threads of a listener.
///
/// The listening socket is passed between threads: the thread that holds it accepts one connection, returns the
/// socket for another thread, and handles the connection. So no thread only accepts, and none is idle.
private final class Connections: Sendable {
  private struct State: ~Copyable {
    /// Nil while a thread is accepting, and after closing.
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

  /// Starts another thread, up to the limit.
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

  /// The body of each thread: handles connections one after the other while no other thread is accepting.
  private func run() {
    while let listening = state.withLock({ $0.listening.take() }) {
      guard let connection = accept(listening) else { break }
      giveBack(listening)
      // If no other thread can be started, this one accepts again after this connection.
      try? addThread()
      handle(connection)
    }
    leave()
  }

  /// The next connection; nil when the listener was stopped.
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
