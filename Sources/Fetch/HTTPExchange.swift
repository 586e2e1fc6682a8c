import Synchronization

/// One running request: the network thread adds what arrives, the caller's task takes it.
///
/// Limits are checked as bytes arrive, so that a refused response does not fill memory. The first outcome is final;
/// whatever arrives later is dropped.
final class HTTPExchange: Sendable {
  enum Outcome: Sendable {
    /// The whole file was passed to the reader.
    case complete(etag: String?, byteCount: Int64)
    case notModified(etag: String?)
    case redirect(Redirect)
    /// A `FetchError`, or the error of the reader or of cancellation.
    case failed(any Error)
    /// The server closed a kept connection without answering; the request can be sent again.
    case unprocessed(FetchError)
  }

  enum Step: Sendable {
    case bytes([UInt8])
    case outcome(Outcome)
  }

  /// What the network thread has to do after it passed something on.
  enum Reception: Sendable {
    case taken
    /// The outcome is known; the transfer can be stopped.
    case over
  }

  /// How many bytes may wait for the reader before the network thread blocks.
  private static let maxWaitingBytes = 256 * 1024
  /// How much of an unwanted body is read in order to reuse the connection.
  private static let maxDiscardedBytes: Int64 = 64 * 1024

  private enum Body: Sendable {
    case wanted(expectedBytes: Int64?, etag: String?)
    /// The body is only read so that the connection can be reused; the outcome is known already.
    case discarded(then: Outcome)
  }

  private struct State: Sendable {
    var meter: TransferMeter
    var body: Body?
    var serverTime: Int64?
    var receivedBytes: Int64 = 0
    var waiting: [UInt8] = []
    var outcome: Outcome?
    var reader: CheckedContinuation<Void, Never>?
    var control: TransferControl?

    /// Whether this many bytes have to wait until the reader has taken the present ones.
    func isFull(for count: Int) -> Bool {
      guard outcome == nil, case .wanted = body, !waiting.isEmpty else { return false }
      return waiting.count + count > HTTPExchange.maxWaitingBytes
    }
  }

  private let rules: ResponseRules
  private let limits: TransferLimits
  private let state: Mutex<State>
  /// Signalled when the reader has taken all waiting bytes, or wants no more.
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
      state.serverTime = head.values("date").first.flatMap(HTTPDate.parse)
      switch verdict {
      case .body(let expectedBytes, let etag): state.body = .wanted(expectedBytes: expectedBytes, etag: etag)
      case .notModified(let etag): state.body = .discarded(then: .notModified(etag: etag))
      case .redirect(let redirect): state.body = .discarded(then: .redirect(redirect))
      case .refused(let error): state.body = .discarded(then: .failed(error))
      }
    }
    // A refused 200 has a whole file as its body, which is not worth reading.
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

  /// Adds a piece of the body.
  ///
  /// The reader is woken by `announce()`, once for all pieces that arrived together. A slow reader blocks the whole
  /// network thread, and so the servers: if the transfer were paused in libcurl instead, libcurl would go on
  /// receiving the window of an HTTP/2 stream, 32 MiB, into memory. All readers share the same cores, so blocking
  /// costs the others nothing.
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

  /// Wakes the reader if bytes or an outcome are waiting for it.
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

  /// Records that the transfer failed, unless the outcome is known already.
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

  /// Checks the limits on time and ends the transfer if one is exceeded.
  ///
  /// `isReadingStopped`: Whether the network thread was blocked by a reader and received nothing from any server.
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

  /// The `Date` of the response, in seconds since 1970; nil where there is none.
  var serverTime: Int64? { state.withLock { $0.serverTime } }

  /// Sets the control of the transfer; stops the transfer at once if the outcome is known already.
  func connect(_ control: TransferControl) {
    let isOver = state.withLock { state in
      state.control = control
      return state.outcome != nil
    }
    if isOver { control.stop() }
  }

  /// Passes on the body as it arrives, and returns the outcome; cancellation of the task ends the transfer.
  func outcome(receive: (RawSpan) throws -> Void) async -> Outcome {
    await withTaskCancellationHandler {
      while true {
        switch await next() {
        case .outcome(let outcome): return outcome
        case .bytes(let bytes):
          do {
            try receive(bytes.span.bytes)
          } catch {
            // The error is returned here, because an exchange that is complete by now would report success.
            abandon(.failed(error))
            return .failed(error)
          }
        }
      }
    } onCancel: {
      abandon(.failed(CancellationError()))
    }
  }

  /// Waits for the next bytes of the body, or for the outcome.
  private func next() async -> Step {
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

  /// Ends the transfer with the given outcome and closes its connection.
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
