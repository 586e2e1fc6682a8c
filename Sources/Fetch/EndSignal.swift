import Synchronization

/// Tells a waiting task, once, that something has ended.
final class EndSignal: Sendable {
  private struct State: Sendable {
    var hasEnded = false
    var waiting: CheckedContinuation<Void, Never>?
  }

  private let state = Mutex(State())

  func signal() {
    resume { $0.hasEnded = true }
  }

  /// Waits for the end, or until the given time has passed.
  ///
  /// Only one task may wait.
  func wait(atMost patience: Duration) async {
    let timer = Task {
      // The sleep is cancelled if the end comes first; then there is no task left to wake.
      try? await Task.sleep(for: patience)
      signal()
    }
    await withCheckedContinuation { continuation in
      let isOver = state.withLock { state in
        if !state.hasEnded { state.waiting = continuation }
        return state.hasEnded
      }
      if isOver { continuation.resume() }
    }
    timer.cancel()
  }

  private func resume(_ change: (inout State) -> Void) {
    let waiting = state.withLock { state in
      change(&state)
      defer { state.waiting = nil }
      return state.waiting
    }
    waiting?.resume()
  }
}
