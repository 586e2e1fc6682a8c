import Synchronization

/// Slows down all requests of one sync while a host answers 429 or 503 (DESIGN section 6a).
///
/// Requests then start one after the other, at an interval that doubles with each such response and shrinks with each
/// success, similar to TCP's congestion control. Safe to use from many tasks.
package final class Throttle: Sendable {
  /// The first interval between two requests.
  private static let firstInterval = Duration.milliseconds(100)
  private static let longestInterval = Duration.seconds(5)
  /// An interval below this is treated as none.
  private static let shortestInterval = Duration.milliseconds(5)

  private struct State: Sendable {
    var interval = Duration.zero
    var nextStart: ContinuousClock.Instant?
    var lastSlowDown: ContinuousClock.Instant?
    var lastSuccess: ContinuousClock.Instant?
  }

  private let state = Mutex(State())

  package init() {}

  /// Waits until the next request may start; returns its start time.
  ///
  /// - Throws: `CancellationError`.
  package func waitForTurn() async throws -> ContinuousClock.Instant {
    while true {
      let now = ContinuousClock.now
      let start = state.withLock { state -> ContinuousClock.Instant? in
        if let next = state.nextStart, now < next { return next }
        if state.interval > .zero { state.nextStart = now + state.interval }
        return nil
      }
      guard let start else { return now }
      try await Task.sleep(until: start, clock: .continuous)
    }
  }

  /// Records that the host asked for fewer requests, and the pause that it asked for.
  ///
  /// Responses to requests that started before the last slowdown are ignored. Returns the pause that begins.
  package func slowDown(startedAt start: ContinuousClock.Instant, retryAfter: Duration?) -> Duration {
    let now = ContinuousClock.now
    return state.withLock { state in
      if state.lastSlowDown.map({ start >= $0 }) ?? true {
        state.interval = min(max(Self.firstInterval, state.interval * 2), Self.longestInterval)
        state.lastSlowDown = now
      }
      let pause = max(state.interval, retryAfter ?? .zero)
      state.nextStart = max(state.nextStart ?? now, now + pause)
      return pause
    }
  }

  /// Records that a request was answered.
  package func succeeded() {
    state.withLock { state in
      state.lastSuccess = .now
      guard state.interval > .zero else { return }
      state.interval = state.interval * 15 / 16
      if state.interval < Self.shortestInterval { state.interval = .zero }
    }
  }

  /// Whether the host answered any request since then, so that it only limits the rate.
  package func hasSucceeded(since start: ContinuousClock.Instant) -> Bool {
    state.withLock { $0.lastSuccess.map { $0 >= start } ?? false }
  }
}
