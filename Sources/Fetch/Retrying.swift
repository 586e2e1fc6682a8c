extension RetryPolicy {
  /// Runs an operation until it succeeds, or until this policy or the budget gives up.
  ///
  /// `operation` starts over each time: what an earlier attempt received is to be dropped. Only
  /// `FetchError` is retried. The budget pays for each retry, from its pause to its end; the first attempt
  /// costs nothing.
  /// - Throws: the error of the last attempt, `CancellationError` if the task is cancelled in a pause.
  package func run<Success: ~Copyable>(
    budget: RetryBudget,
    operation: () async throws -> Success
  ) async throws -> Success {
    var random = SystemRandomNumberGenerator()
    var attempt = 1
    // From the first failure on, all that happens here is retries and pauses.
    defer { if attempt > 1 { budget.end() } }
    while true {
      do {
        return try await operation()
      } catch let error as FetchError {
        let decision = decide(after: error, attempt: attempt, budgetLeft: budget.left(), using: &random)
        guard case .retry(let pause) = decision else { throw error }
        if attempt == 1 { budget.begin() }
        attempt += 1
        try await Task.sleep(for: pause)
      }
    }
  }
}
