import Synchronization

/// The time that one sync may spend on retries and their pauses (policy key `retry_budget`).
///
/// Concurrent retries count once, because the limit is on the time that the user waits. Shared by all requests of a
/// sync; safe to use from any thread.
package final class RetryBudget: Sendable {
  private struct State: Sendable {
    var left: Duration
    var running = 0
    /// When the first of the currently running retries began.
    var since: ContinuousClock.Instant?
  }

  private let state: Mutex<State>

  package init(_ total: Duration) {
    state = Mutex(State(left: total))
  }

  /// The remaining time at `now`, at least zero.
  package func left(at now: ContinuousClock.Instant = .now) -> Duration {
    state.withLock { max(.zero, $0.left - ($0.since.map { now - $0 } ?? .zero)) }
  }

  /// Records that a retry, including its pause, begins.
  package func begin(at now: ContinuousClock.Instant = .now) {
    state.withLock { state in
      if state.running == 0 { state.since = now }
      state.running += 1
    }
  }

  /// Records that a retry ended, with or without success.
  package func end(at now: ContinuousClock.Instant = .now) {
    state.withLock { state in
      precondition(state.running > 0, "end() without begin()")
      state.running -= 1
      guard state.running == 0, let since = state.since else { return }
      state.left = max(.zero, state.left - (now - since))
      state.since = nil
    }
  }
}
