import NIOCore
import NIOHTTP1
import Synchronization

/// One request under way: the event loop fills it, the caller's task empties it.
///
/// Limits are applied on the event loop, so that nothing waits in memory that will be refused anyway. The
/// first outcome stays; everything that arrives later is dropped.
final class HTTPExchange: Sendable {
  enum Outcome: Sendable {
    /// The whole file was handed over.
    case complete(etag: String?, byteCount: Int64)
    case notModified(etag: String?)
    case redirect(location: String)
    /// A `FetchError`, a `ConnectionFailure`, or what the reader or cancellation gave.
    case failed(any Error)
  }

  enum Step: Sendable {
    case chunks([ByteBuffer])
    case outcome(Outcome)
  }

  /// How many bytes may wait for the reader before the connection is no longer read.
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
    var waiting: [ByteBuffer] = []
    var waitingBytes = 0
    var pausedReading: EventLoopPromise<Void>?
    var outcome: Outcome?
    var reader: CheckedContinuation<Void, Never>?
    var abort: (@Sendable () -> Void)?
    var isAborted = false
  }

  private let rules: ResponseRules
  private let limits: TransferLimits
  private let state: Mutex<State>

  init(rules: ResponseRules, limits: TransferLimits, meter: TransferMeter) {
    self.rules = rules
    self.limits = limits
    state = Mutex(State(meter: meter))
  }

  // MARK: Called on the event loop

  func requestSent() {
    state.withLock { $0.meter.requestSent(at: .now) }
  }

  func headReceived(_ head: HTTPResponseHead) {
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
    if case .refused = verdict, head.status.code == 200 { endDiscarding() }
  }

  /// Takes a piece of the body; where that is enough for now, reading goes on once the future completes.
  func bodyReceived(_ buffer: ByteBuffer, on eventLoop: any EventLoop) -> EventLoopFuture<Void>? {
    let (pause, isOver) = state.withLock { state -> (EventLoopPromise<Void>?, Bool) in
      state.meter.bodyReceived(byteCount: buffer.readableBytes, at: .now)
      guard state.outcome == nil, let body = state.body else { return (nil, false) }
      state.receivedBytes += Int64(buffer.readableBytes)
      switch body {
      case .discarded: return (nil, state.receivedBytes > Self.maxDiscardedBytes)
      case .wanted:
        guard state.receivedBytes <= rules.request.maxBytes else {
          let error = FetchError.bodyTooLarge(url: rules.url, limitBytes: rules.request.maxBytes)
          state.body = .discarded(then: .failed(error))
          return (nil, true)
        }
        state.waiting.append(buffer)
        state.waitingBytes += buffer.readableBytes
        guard state.waitingBytes >= Self.maxWaitingBytes else { return (nil, false) }
        let promise = eventLoop.makePromise(of: Void.self)
        state.pausedReading = promise
        return (promise, false)
      }
    }
    if isOver { endDiscarding() } else { wakeReader() }
    return pause?.futureResult
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
      case nil: return .failed(FetchError.reset(url: rules.url, detail: "no response"))
      }
    }
    settle(outcome)
  }

  /// Takes note that the connection failed; a known outcome wins over the failure of its unwanted body.
  func failed(_ failure: ConnectionFailure) {
    let outcome = state.withLock { state -> Outcome in
      switch (state.body, failure) {
      case (.discarded(let outcome), _): outcome
      case (.wanted(let expectedBytes, _), .cut): .failed(truncated(state.receivedBytes, expectedBytes))
      default: .failed(failure)
      }
    }
    settle(outcome)
  }

  /// Looks at the clock and ends the transfer if a limit is passed.
  func check(at now: ContinuousClock.Instant, isReadingStopped: Bool) {
    let outcome = state.withLock { state -> Outcome? in
      guard state.outcome == nil,
        let violation = state.meter.check(at: now, readerIsBehind: isReadingStopped || !state.waiting.isEmpty)
      else { return nil }
      if case .discarded(let outcome) = state.body { return outcome }
      return .failed(error(for: violation))
    }
    if let outcome { abandon(outcome) }
  }

  // MARK: Called by the reader and by cancellation

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
    let abort = state.withLock { state in
      state.isAborted = true
      return state.abort
    }
    abort?()
  }

  /// Registers what closes the transfer; runs it at once if it is over already.
  func onAbort(_ abort: @escaping @Sendable () -> Void) {
    let isAborted = state.withLock { state in
      state.abort = abort
      return state.isAborted
    }
    if isAborted { abort() }
  }

  /// Lets go of what `onAbort` registered, which refers back to this exchange.
  func forgetAbort() {
    state.withLock { $0.abort = nil }
  }

  // MARK: Private

  private func takeStep() -> Step? {
    let (step, paused) = state.withLock { state -> (Step?, EventLoopPromise<Void>?) in
      if case .failed = state.outcome { state.waiting = [] }
      guard state.waiting.isEmpty else {
        let chunks = state.waiting
        state.waiting = []
        state.waitingBytes = 0
        defer { state.pausedReading = nil }
        return (.chunks(chunks), state.pausedReading)
      }
      return (state.outcome.map { .outcome($0) }, nil)
    }
    paused?.succeed()
    return step
  }

  private func settle(_ outcome: Outcome) {
    let paused = state.withLock { state -> EventLoopPromise<Void>? in
      if state.outcome == nil { state.outcome = outcome }
      defer { state.pausedReading = nil }
      return state.pausedReading
    }
    paused?.succeed()
    wakeReader()
  }

  private func endDiscarding() {
    let known = state.withLock { $0.body }
    if case .discarded(let outcome) = known { abandon(outcome) }
  }

  private func wakeReader() {
    let reader = state.withLock { state in
      defer { state.reader = nil }
      return state.reader
    }
    reader?.resume()
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
