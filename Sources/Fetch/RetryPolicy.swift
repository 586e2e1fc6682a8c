/// Decides whether and when a failed request is tried again (DESIGN section 6); pure.
package struct RetryPolicy: Hashable, Sendable {
  /// What to do after a failure.
  package enum Decision: Hashable, Sendable {
    case giveUp
    case retry(after: Duration)
  }

  /// Attempts of one request in all, the first included (policy key `max_attempts`).
  package var maxAttempts: Int
  /// The longest pause before the second attempt; it doubles with every further one.
  package var basePause: Duration
  /// The longest pause of our own; a server may ask for more.
  package var maxPause: Duration

  /// Describes a policy.
  package init(
    maxAttempts: Int = 3,
    basePause: Duration = .milliseconds(500),
    maxPause: Duration = .seconds(8)
  ) {
    self.maxAttempts = maxAttempts
    self.basePause = basePause
    self.maxPause = maxPause
  }

  /// Decides after attempt number `attempt`, counted from 1.
  ///
  /// The pause is random between nothing and the back-off ("full jitter"), so that many clients of a server
  /// that fell over do not come back at the same moment; never shorter than the server's `Retry-After`. A
  /// pause that `budgetLeft` does not cover is not begun.
  package func decide(
    after error: FetchError,
    attempt: Int,
    budgetLeft: Duration,
    using random: inout some RandomNumberGenerator
  ) -> Decision {
    let allowed: Int
    switch error.retryLimit {
    case .never: return .giveUp
    case .once: allowed = min(2, maxAttempts)
    case .attempts: allowed = maxAttempts
    }
    guard budgetLeft > .zero, attempt < allowed else { return .giveUp }
    // Not `Double.random`, which draws again until it likes the number: a test's fixed one would never do.
    let fraction = Double(random.next() >> 11) / Double(1 << 53)
    var pause = backOff(attempt: attempt) * fraction
    if case .status(_, _, let retryAfter?) = error { pause = max(pause, retryAfter) }
    return pause <= budgetLeft ? .retry(after: pause) : .giveUp
  }

  private func backOff(attempt: Int) -> Duration {
    min(maxPause, basePause * (1 << min(max(attempt, 1) - 1, 16)))
  }
}
