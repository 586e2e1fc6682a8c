import Synchronization

/// The time that one sync may spend on retries and their pauses (policy key `retry_budget`).
///
/// Retries that run side by side count once: what is limited is how long the user waits. Shared by all
/// requests of a sync, from any thread.
package final class RetryBudget: Sendable {
  private struct State: Sendable {
    var left: Duration
    var running = 0
    /// When the first of the running retries began.
    var since: ContinuousClock.Instant?
  }

  private let state: Mutex<State>

  /// Makes a full budget.
  package init(_ total: Duration) {
    state = Mutex(State(left: total))
  }

  /// What is left at `now`, at least zero.
  package func left(at now: ContinuousClock.Instant = .now) -> Duration {
    state.withLock { max(.zero, $0.left - ($0.since.map { now - $0 } ?? .zero)) }
  }

  /// Notes that a retry, its pause included, begins.
  package func begin(at now: ContinuousClock.Instant = .now) {
    state.withLock { state in
      if state.running == 0 { state.since = now }
      state.running += 1
    }
  }

  /// Notes that a retry is over, whatever came of it.
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
