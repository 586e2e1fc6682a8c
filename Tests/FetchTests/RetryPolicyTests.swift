import SystemPackage
import Testing

@testable import Fetch
@testable import RegistryModel

private let url: RequestURL = {
  guard let url = try? RequestURL(parsing: "https://registry.example/a", allowHTTPLocalhost: false) else {
    preconditionFailure("a valid URL was refused")
  }
  return url
}()

/// Gives the same number again and again: all ones for the longest pause, zero for the shortest.
private struct FixedRandom: RandomNumberGenerator {
  var value: UInt64
  mutating func next() -> UInt64 { value }
}

@Suite struct RetryPolicyTests {
  private func decide(
    _ error: FetchError,
    attempt: Int = 1,
    budgetLeft: Duration = .seconds(45),
    random: UInt64 = .max
  ) -> RetryPolicy.Decision {
    var random = FixedRandom(value: random)
    return RetryPolicy().decide(after: error, attempt: attempt, budgetLeft: budgetLeft, using: &random)
  }

  static let final: [FetchError] = [
    .status(url: url, code: 404, retryAfter: nil), .status(url: url, code: 403, retryAfter: .seconds(1)),
    .status(url: url, code: 501, retryAfter: nil), .status(url: url, code: 206, retryAfter: nil),
    .bodyTooLarge(url: url, limitBytes: 1), .unframedBody(url: url), .tls(url: url, cause: .expired),
    .headersTooLarge(url: url, limitBytes: 1), .redirectRefused(from: url, origin: "x", reason: .tooMany),
    .unexpectedEncoding(url: url, encoding: "br"), .malformedResponse(url: url, cause: .notHTTP),
    .certificateFile(path: "/x", cause: .unreadable), .shutDown,
    .proxy(url: url, cause: .authenticationRequired),
  ]

  @Test(arguments: final) func finalErrorIsNotRetried(error: FetchError) {
    #expect(decide(error) == .giveUp)
    #expect(!error.isRetryable)
  }

  static let passing: [FetchError] = [
    .status(url: url, code: 500, retryAfter: nil), .status(url: url, code: 503, retryAfter: nil),
    .status(url: url, code: 429, retryAfter: nil), .status(url: url, code: 408, retryAfter: nil),
    .connect(url: url, cause: .refused), .reset(url: url, cause: .closed),
    .timeout(url: url, phase: .connect),
    .timeout(url: url, phase: .header), .truncated(url: url, receivedBytes: 1, expectedBytes: 2),
  ]

  @Test(arguments: passing) func passingErrorIsRetriedTwice(error: FetchError) {
    #expect(decide(error, attempt: 1) != .giveUp)
    #expect(decide(error, attempt: 2) != .giveUp)
    #expect(decide(error, attempt: 3) == .giveUp)
  }

  static let slow: [FetchError] = [
    .timeout(url: url, phase: .idle), .timeout(url: url, phase: .transfer),
    .tooSlow(url: url, bytesPerSecond: 1, minimumBytesPerSecond: 2),
  ]

  @Test(arguments: slow) func slowTransferIsRetriedOnce(error: FetchError) {
    #expect(decide(error, attempt: 1) != .giveUp)
    #expect(decide(error, attempt: 2) == .giveUp)
  }

  @Test func pauseIsRandomUpToADoublingLimit() {
    let error = FetchError.reset(url: url, cause: .closed)
    #expect(decide(error, attempt: 1, random: 0) == .retry(after: .zero))
    guard case .retry(let first) = decide(error, attempt: 1),
      case .retry(let second) = decide(error, attempt: 2)
    else { return #expect(Bool(false)) }
    #expect(first > .milliseconds(490) && first <= .milliseconds(500))
    #expect(second > .milliseconds(990) && second <= .seconds(1))
  }

  @Test func pauseNeverPassesItsLimit() {
    var random = FixedRandom(value: .max)
    let policy = RetryPolicy(maxAttempts: 1000)
    for attempt in [10, 64, 999] {
      let decision = policy.decide(
        after: .reset(url: url, cause: .closed),
        attempt: attempt,
        budgetLeft: .seconds(45),
        using: &random
      )
      guard case .retry(let pause) = decision else { return #expect(Bool(false)) }
      #expect(pause <= policy.maxPause)
    }
  }

  @Test func serversWishIsTheShortestPause() {
    let error = FetchError.status(url: url, code: 429, retryAfter: .seconds(9))
    #expect(decide(error, random: 0) == .retry(after: .seconds(9)))
  }

  @Test func pauseBeyondTheBudgetIsNotBegun() {
    let error = FetchError.status(url: url, code: 503, retryAfter: .seconds(46))
    #expect(decide(error) == .giveUp)
    #expect(decide(.reset(url: url, cause: .closed), budgetLeft: .milliseconds(100)) == .giveUp)
    #expect(decide(.reset(url: url, cause: .closed), budgetLeft: .zero, random: 0) == .giveUp)
  }

  @Test func budgetCountsRetriesSideBySideOnce() {
    let budget = RetryBudget(.seconds(45))
    let start = ContinuousClock.now
    budget.begin(at: start)
    budget.begin(at: start + .seconds(1))
    #expect(budget.left(at: start + .seconds(4)) == .seconds(41))
    budget.end(at: start + .seconds(5))
    budget.end(at: start + .seconds(10))
    #expect(budget.left(at: start + .seconds(100)) == .seconds(35))
    budget.begin(at: start + .seconds(200))
    #expect(budget.left(at: start + .seconds(300)) == .zero)
    budget.end(at: start + .seconds(300))
    #expect(budget.left(at: start + .seconds(301)) == .zero)
  }

  @Test func runReturnsFirstSuccess() async throws {
    var attempts = 0
    let result = try await RetryPolicy(basePause: .zero).run(
      budget: RetryBudget(.seconds(45)),
      throttle: Throttle()
    ) {
      attempts += 1
      if attempts < 3 { throw FetchError.reset(url: url, cause: .closed) }
      return "found"
    }
    #expect(result == "found")
    #expect(attempts == 3)
  }

  @Test func runThrowsLastErrorAndSettlesTheBudget() async throws {
    let budget = RetryBudget(.seconds(45))
    for _ in 0..<2 {
      var attempts = 0
      let error = await #expect(throws: FetchError.self) {
        try await RetryPolicy(basePause: .zero).run(budget: budget, throttle: Throttle()) {
          attempts += 1
          throw FetchError.truncated(url: url, receivedBytes: Int64(attempts), expectedBytes: nil)
        }
      }
      guard case .truncated(url, 3, nil) = error else { return #expect(Bool(false)) }
    }
    let left = budget.left()
    #expect(left > .seconds(30))
    #expect(budget.left(at: .now + .seconds(60)) == left)
  }

  @Test func runPassesOtherErrorsOnAtOnce() async {
    struct Other: Error {}
    var attempts = 0
    await #expect(throws: Other.self) {
      try await RetryPolicy().run(budget: RetryBudget(.seconds(45)), throttle: Throttle()) {
        attempts += 1
        throw Other()
      }
    }
    #expect(attempts == 1)
  }

  @Test(.timeLimit(.minutes(5)))
  func throttledRequestsCostNoAttemptWhileOthersAreAnswered() async throws {
    let (budget, throttle) = (RetryBudget(.seconds(45)), Throttle())
    var attempts = 0
    let result = try await RetryPolicy(maxAttempts: 2).run(budget: budget, throttle: throttle) {
      attempts += 1
      // Another request of the same sync.
      throttle.succeeded()
      if attempts < 5 { throw FetchError.status(url: url, code: 429, retryAfter: nil) }
      return attempts
    }
    #expect(result == 5)
    #expect(budget.left() < .seconds(45))
  }

  @Test(.timeLimit(.minutes(5)), arguments: [429, 503])
  func hostThatAnswersNobodyIsGivenUp(code: Int) async throws {
    var attempts = 0
    await #expect(throws: FetchError.self) {
      try await RetryPolicy(maxAttempts: 3).run(budget: RetryBudget(.seconds(45)), throttle: Throttle()) {
        attempts += 1
        throw FetchError.status(url: url, code: code, retryAfter: nil)
      }
    }
    #expect(attempts == 3)
  }

  @Test func throttleHoldsEverybodyBackAndLetsGo() async throws {
    let throttle = Throttle()
    let start = try await throttle.waitForTurn()
    #expect(throttle.slowDown(startedAt: start, retryAfter: .milliseconds(150)) == .milliseconds(150))
    // An answer to what was under way by then says nothing new.
    #expect(throttle.slowDown(startedAt: start, retryAfter: nil) == .milliseconds(100))
    let next = try await throttle.waitForTurn()
    #expect(next - start >= .milliseconds(150))
    #expect(throttle.slowDown(startedAt: next, retryAfter: nil) == .milliseconds(200))
    for _ in 0..<100 { throttle.succeeded() }
    #expect(throttle.slowDown(startedAt: .now, retryAfter: nil) == .milliseconds(100))
  }

  @Test func cancellationEndsAPause() async throws {
    let budget = RetryBudget(.seconds(1000))
    let task = Task {
      try await RetryPolicy().run(budget: budget, throttle: Throttle()) {
        throw FetchError.status(url: url, code: 503, retryAfter: .seconds(900))
      }
    }
    task.cancel()
    await #expect(throws: CancellationError.self) { try await task.value }
  }
}
