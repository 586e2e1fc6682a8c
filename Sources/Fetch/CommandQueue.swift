import CCurl
import Synchronization

/// Lets a task control its transfer, which runs on the network thread.
struct TransferControl: Sendable {
  let exchange: ObjectIdentifier
  let commands: CommandQueue

  /// Whether the transport was shut down.
  var isClosed: Bool { commands.isClosed }

  /// Aborts the transfer.
  func stop() { _ = commands.add(.stop(exchange)) }
}

/// The commands from tasks to the network thread.
final class CommandQueue: Sendable {
  enum Command: Sendable {
    case start(HTTPTransfer.Request, HTTPExchange)
    case stop(ObjectIdentifier)
  }

  private struct State: Sendable {
    var commands: [Command] = []
    var isClosed = false
  }

  /// Other threads call only the function that wakes the network thread, which libcurl allows.
  nonisolated(unsafe) let multi: UnsafeMutableRawPointer
  private let state = Mutex(State())

  init?() {
    guard let multi = ccurl_multi_make() else { return nil }
    self.multi = multi
  }

  deinit {
    ccurl_multi_free(multi)
  }

  /// Adds a command; returns false if the queue is closed.
  func add(_ command: Command) -> Bool {
    let isFirst = state.withLock { state -> Bool? in
      guard !state.isClosed else { return nil }
      state.commands.append(command)
      return state.commands.count == 1
    }
    if isFirst == true { ccurl_multi_wakeup(multi) }
    return isFirst != nil
  }

  var isClosed: Bool { state.withLock { $0.isClosed } }

  func close() {
    state.withLock { $0.isClosed = true }
    ccurl_multi_wakeup(multi)
  }

  /// Removes and returns the waiting commands; nil once the queue is closed and empty.
  func take() -> [Command]? {
    state.withLock { state in
      guard !state.isClosed || !state.commands.isEmpty else { return nil }
      defer { state.commands = [] }
      return state.commands
    }
  }
}
