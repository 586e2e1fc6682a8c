/// Measures the time of one transfer and reports when a limit is exceeded.
///
/// Pure: the current time is a parameter of every call.
struct TransferMeter: Sendable {
  enum Violation: Hashable, Sendable {
    case timeout(FetchError.TimeoutPhase)
    case tooSlow(bytesPerSecond: Int64)
  }

  private enum Phase: Hashable, Sendable {
    case connecting
    case awaitingHead(since: ContinuousClock.Instant)
    case body(lastProgress: ContinuousClock.Instant)
  }

  private let limits: TransferLimits
  private let start: ContinuousClock.Instant
  private var phase = Phase.connecting
  private var lastCheck: ContinuousClock.Instant
  /// The time in the current window spent waiting for the server, and the bytes received in it.
  private var windowTime = Duration.zero
  private var windowBytes: Int64 = 0

  init(limits: TransferLimits, start: ContinuousClock.Instant) {
    self.limits = limits
    self.start = start
    lastCheck = start
  }

  mutating func requestSent(at now: ContinuousClock.Instant) {
    if phase == .connecting { phase = .awaitingHead(since: now) }
  }

  mutating func headReceived(at now: ContinuousClock.Instant) {
    phase = .body(lastProgress: now)
    lastCheck = now
  }

  mutating func bodyReceived(byteCount: Int, at now: ContinuousClock.Instant) {
    phase = .body(lastProgress: now)
    windowBytes += Int64(byteCount)
  }

  /// Checks the limits on time.
  ///
  /// Time spent waiting for the reader counts only for `transferTimeout`, as the server did not cause it. A window
  /// without any byte is left to `idleTimeout`.
  ///
  /// `isReadingStopped`: Whether nothing was received from any server since the last check.
  mutating func check(
    at now: ContinuousClock.Instant,
    readerIsBehind: Bool,
    isReadingStopped: Bool = false
  ) -> Violation? {
    defer { lastCheck = now }
    if now - start >= limits.transferTimeout { return .timeout(.transfer) }
    switch phase {
    case .connecting: return nil
    case .awaitingHead(let since):
      if isReadingStopped {
        phase = .awaitingHead(since: now)
        return nil
      }
      return now - since >= limits.headerTimeout ? .timeout(.header) : nil
    case .body(let lastProgress):
      if readerIsBehind || isReadingStopped {
        phase = .body(lastProgress: now)
        return nil
      }
      if now - lastProgress >= limits.idleTimeout { return .timeout(.idle) }
      return checkRate(at: now)
    }
  }

  private mutating func checkRate(at now: ContinuousClock.Instant) -> Violation? {
    windowTime += now - lastCheck
    guard windowTime >= limits.rateWindow else { return nil }
    let rate = Int64(Double(windowBytes) / (windowTime / .seconds(1)))
    let isSlow = windowBytes > 0 && rate < limits.minTransferBytesPerSecond
    windowTime = .zero
    windowBytes = 0
    return isSlow ? .tooSlow(bytesPerSecond: rate) : nil
  }
}
