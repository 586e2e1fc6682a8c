extension RetryPolicy {
  /// Runs an operation until it succeeds, or until the policy or the budget ends the retries.
  ///
  /// `operation` starts over each time, so what an earlier attempt received has to be dropped. Only `FetchError` is
  /// retried. Each retry counts against the budget from its pause to its end; the first attempt does not. A response
  /// of 429 or 503 slows down all requests that share the throttle, and does not count as an attempt while the host
  /// answers other requests.
  ///
  /// - Throws: The error of the last attempt; `CancellationError` if the task is cancelled during a pause.
  package func run<Success: ~Copyable>(
    budget: RetryBudget,
    throttle: Throttle,
    operation: () async throws -> Success
  ) async throws -> Success {
    var random = SystemRandomNumberGenerator()
    var attempt = 1
    var isRetrying = false
    // After the first failure all time spent here is for retries and pauses.
    defer { if isRetrying { budget.end() } }
    while true {
      let start = try await throttle.waitForTurn()
      do {
        let result = try await operation()
        throttle.succeeded()
        return result
      } catch let error as FetchError {
        var pause = Duration.zero
        if let wish = error.throttling {
          pause = throttle.slowDown(startedAt: start, retryAfter: wish.retryAfter)
        }
        if error.throttling == nil || !throttle.hasSucceeded(since: start) {
          let decision = decide(after: error, attempt: attempt, budgetLeft: budget.left(), using: &random)
          guard case .retry(let after) = decision else { throw error }
          attempt += 1
          // A throttled request waits for its turn instead of pausing.
          if error.throttling == nil { pause = after }
        }
        guard pause <= budget.left() else { throw error }
        if !isRetrying { budget.begin() }
        isRetrying = true
        if error.throttling == nil { try await Task.sleep(for: pause) }
      }
    }
  }
}

private struct Throttling {
  let retryAfter: Duration?
}

extension FetchError {
  /// Set if the host asked for fewer requests; nil for any other failure.
  fileprivate var throttling: Throttling? {
    guard case .status(_, let code, let retryAfter) = self, code == 429 || code == 503 else { return nil }
    return Throttling(retryAfter: retryAfter)
  }
}
