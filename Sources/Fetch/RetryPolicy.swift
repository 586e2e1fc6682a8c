/// Decides whether and when a failed request is retried (DESIGN section 6); pure.
package struct RetryPolicy: Hashable, Sendable {
  /// What to do after a failure.
  package enum Decision: Hashable, Sendable {
    case giveUp
    case retry(after: Duration)
  }

  /// The number of attempts of one request, the first included (policy key `max_attempts`).
  package var maxAttempts: Int
  /// The longest pause before the second attempt; it doubles with each further one.
  package var basePause: Duration
  /// The longest back-off; a server may ask for a longer pause.
  package var maxPause: Duration

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
  /// The pause is random between zero and the back-off ("full jitter"), so that the clients of a server that failed
  /// do not all return at the same moment. It is never shorter than the server's `Retry-After`. If it is longer than
  /// `budgetLeft`, the request is not retried.
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
    // Not `Double.random`, which draws repeatedly until a number fits; with a test's constant generator it would not
    // end.
    let fraction = Double(random.next() >> 11) / Double(1 << 53)
    var pause = backOff(attempt: attempt) * fraction
    if case .status(_, _, let retryAfter?) = error { pause = max(pause, retryAfter) }
    return pause <= budgetLeft ? .retry(after: pause) : .giveUp
  }

  private func backOff(attempt: Int) -> Duration {
    min(maxPause, basePause * (1 << min(max(attempt, 1) - 1, 16)))
  }
}
