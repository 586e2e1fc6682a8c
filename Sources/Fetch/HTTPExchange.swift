import Synchronization

/// One request under way: the network thread fills it, the caller's task empties it.
///
/// Limits are applied as bytes arrive, so that nothing waits in memory that will be refused anyway. The first outcome
/// stays; everything that arrives later is dropped.
final class HTTPExchange: Sendable {
  enum Outcome: Sendable {
    /// The whole file was handed over.
    case complete(etag: String?, byteCount: Int64)
    case notModified(etag: String?)
    case redirect(location: String)
    /// A `FetchError`, or what the reader or cancellation gave.
    case failed(any Error)
    /// The server answered nothing on a connection that it had kept; the request can be sent again.
    case unprocessed(FetchError)
  }

  enum Step: Sendable {
    case bytes([UInt8])
    case outcome(Outcome)
  }

  /// What the network thread is to do after it handed something over.
  enum Reception: Sendable {
    case taken
    /// The outcome is known; nothing more is wanted.
    case over
  }

  /// How many bytes may wait for the reader before the network thread waits with them.
  private static let maxWaitingBytes = 256 * 1024
  /// How much of an unwanted body is read to keep the connection.
  private static let maxDiscardedBytes: Int64 = 64 * 1024

  private enum Body: Sendable {
    case wanted(expectedBytes: Int64?, etag: String?)
    /// Read to its end for the sake of the connection; what counts is known already.
    case discarded(then: Outcome)
  }

  private struct State: Sendable {
    var meter: TransferMeter
    var body: Body?
    var receivedBytes: Int64 = 0
    var waiting: [UInt8] = []
    var outcome: Outcome?
    var reader: CheckedContinuation<Void, Never>?
    var control: TransferControl?

    /// Whether so many bytes have to wait until the reader has taken what is here.
    func isFull(for count: Int) -> Bool {
      guard outcome == nil, case .wanted = body, !waiting.isEmpty else { return false }
      return waiting.count + count > HTTPExchange.maxWaitingBytes
    }
  }

  private let rules: ResponseRules
  private let limits: TransferLimits
  private let state: Mutex<State>
  /// Given when the reader has emptied what was waiting, or wants no more.
  private let room = ThreadSignal()

  init(rules: ResponseRules, limits: TransferLimits, start: ContinuousClock.Instant) {
    self.rules = rules
    self.limits = limits
    state = Mutex(State(meter: TransferMeter(limits: limits, start: start)))
  }

  // MARK: Called on the network thread

  func requestSent() {
    state.withLock { $0.meter.requestSent(at: .now) }
  }

  func headReceived(_ head: ResponseHead) -> Reception {
    let verdict = rules.judge(head, now: SystemTime.secondsSince1970())
    state.withLock { state in
      state.meter.headReceived(at: .now)
      switch verdict {
      case .body(let expectedBytes, let etag): state.body = .wanted(expectedBytes: expectedBytes, etag: etag)
      case .notModified(let etag): state.body = .discarded(then: .notModified(etag: etag))
      case .redirect(let location): state.body = .discarded(then: .redirect(location: location))
      case .refused(let error): state.body = .discarded(then: .failed(error))
      }
    }
    // A 200 that is refused has a whole file behind it: not worth reading.
    if case .refused(let error) = verdict, head.status == 200 || head.status == 101 {
      return end(.failed(error))
    }
    return .taken
  }

  func headRefused(_ problem: ResponseHeadReader.Problem) -> Reception {
    switch problem {
    case .tooLarge:
      end(.failed(FetchError.headersTooLarge(url: rules.url, limitBytes: limits.maxHeaderBytes)))
    case .malformed(let cause): end(.failed(FetchError.malformedResponse(url: rules.url, cause: cause)))
    }
  }

  /// Takes a piece of the body.
  ///
  /// Who waits for it is told by `announce()`, once for all that arrived together. A reader that is behind stops the
  /// whole network thread, and so the senders: libcurl's own way to pause goes on filling the window of an HTTP/2
  /// stream, 32 MiB in memory. All readers share the same processors, so the others lose nothing by it.
  func bodyReceived(_ bytes: UnsafeRawBufferPointer) -> Reception {
    while state.withLock({ $0.isFull(for: bytes.count) }) {
      announce()
      if state.withLock({ $0.control?.isClosed ?? false }) { return .over }
      room.wait()
    }
    let outcome = state.withLock { state -> Result<Reception, FetchError> in
      guard state.outcome == nil, let body = state.body else { return .success(.over) }
      state.meter.bodyReceived(byteCount: bytes.count, at: .now)
      state.receivedBytes += Int64(bytes.count)
      switch body {
      case .discarded: return .success(state.receivedBytes > Self.maxDiscardedBytes ? .over : .taken)
      case .wanted:
        guard state.receivedBytes <= rules.request.maxBytes else {
          return .failure(.bodyTooLarge(url: rules.url, limitBytes: rules.request.maxBytes))
        }
        state.waiting.append(contentsOf: bytes)
        return .success(.taken)
      }
    }
    switch outcome {
    case .success(.over): return endDiscarding()
    case .success(let reception): return reception
    case .failure(let error): return end(.failed(error))
    }
  }

  /// Wakes the reader if there is something for it.
  func announce() {
    let reader = state.withLock { state -> CheckedContinuation<Void, Never>? in
      guard !state.waiting.isEmpty else { return nil }
      defer { state.reader = nil }
      return state.reader
    }
    reader?.resume()
  }

  func responseEnded() {
    let outcome = state.withLock { state -> Outcome in
      switch state.body {
      case .discarded(let outcome): return outcome
      case .wanted(let expectedBytes, let etag):
        guard expectedBytes == nil || expectedBytes == state.receivedBytes else {
          return .failed(truncated(state.receivedBytes, expectedBytes))
        }
        return .complete(etag: etag, byteCount: state.receivedBytes)
      case nil: return .failed(FetchError.malformedResponse(url: rules.url, cause: .notHTTP))
      }
    }
    settle(outcome)
  }

  /// Takes note that the transfer failed; a known outcome wins over the failure of its unwanted body.
  func failed(_ failure: TransferFailure) {
    let outcome = state.withLock { state -> Outcome in
      switch state.body {
      case .discarded(let outcome): return outcome
      case .wanted(let expectedBytes, _) where failure.isCut:
        return .failed(truncated(state.receivedBytes, expectedBytes))
      default:
        let error = failure.fetchError(url: rules.url, limits: limits)
        return failure.isUnprocessed ? .unprocessed(error) : .failed(error)
      }
    }
    settle(outcome)
  }

  /// Looks at the clock and ends the transfer if a limit is passed.
  ///
  /// `isReadingStopped`: Whether the network thread was waiting for a reader and read from nobody.
  func check(at now: ContinuousClock.Instant, isReadingStopped: Bool) {
    let outcome = state.withLock { state -> Outcome? in
      guard state.outcome == nil,
        let violation = state.meter.check(
          at: now,
          readerIsBehind: !state.waiting.isEmpty,
          isReadingStopped: isReadingStopped
        )
      else { return nil }
      if case .discarded(let outcome) = state.body { return outcome }
      return .failed(error(for: violation))
    }
    if let outcome { abandon(outcome) }
  }

  // MARK: Called by the reader and by cancellation

  /// Says how to reach the network thread; stops the transfer at once if it is over already.
  func connect(_ control: TransferControl) {
    let isOver = state.withLock { state in
      state.control = control
      return state.outcome != nil
    }
    if isOver { control.stop() }
  }

  /// Waits for the next pieces of the body, or for the end.
  func next() async -> Step {
    while true {
      if let step = takeStep() { return step }
      await withCheckedContinuation { continuation in
        let isReady = state.withLock { state in
          guard state.waiting.isEmpty, state.outcome == nil else { return true }
          state.reader = continuation
          return false
        }
        if isReady { continuation.resume() }
      }
    }
  }

  /// Ends the transfer with an outcome of our own and closes what carries it.
  func abandon(_ outcome: Outcome) {
    settle(outcome)
    state.withLock { $0.control }?.stop()
  }

  // MARK: Private

  private func takeStep() -> Step? {
    let step = state.withLock { state -> Step? in
      if case .failed = state.outcome { state.waiting = [] }
      guard state.waiting.isEmpty else {
        let bytes = state.waiting
        state.waiting = []
        return .bytes(bytes)
      }
      return state.outcome.map { .outcome($0) }
    }
    if case .bytes = step { room.signal() }
    return step
  }

  private func settle(_ outcome: Outcome) {
    let reader = state.withLock { state in
      if state.outcome == nil { state.outcome = outcome }
      defer { state.reader = nil }
      return state.reader
    }
    reader?.resume()
    room.signal()
  }

  private func end(_ outcome: Outcome) -> Reception {
    settle(outcome)
    return .over
  }

  private func endDiscarding() -> Reception {
    if case .discarded(let outcome) = state.withLock({ $0.body }) { settle(outcome) }
    return .over
  }

  private func truncated(_ receivedBytes: Int64, _ expectedBytes: Int64?) -> FetchError {
    .truncated(url: rules.url, receivedBytes: receivedBytes, expectedBytes: expectedBytes)
  }

  private func error(for violation: TransferMeter.Violation) -> FetchError {
    switch violation {
    case .timeout(let phase): .timeout(url: rules.url, phase: phase)
    case .tooSlow(let rate):
      .tooSlow(
        url: rules.url,
        bytesPerSecond: rate,
        minimumBytesPerSecond: limits.minTransferBytesPerSecond
      )
    }
  }
}
