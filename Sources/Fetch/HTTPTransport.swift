package import RegistryModel
import Synchronization
package import SystemPackage

/// Fetches by HTTP/1.1 and HTTP/2 (DESIGN sections 5 and 6).
///
/// No thread is started and no file opened before the first `fetch`. May be used from many tasks, which together run
/// at most `TransferLimits.maxConcurrentTransfers` requests at a time. Must be ended with `shutdown()`.
package final class HTTPTransport: Transport {
  /// The settings of a transport.
  package struct Configuration: Sendable {
    package var limits: TransferLimits
    /// The `User-Agent` header, `mmdos/<version>`.
    package var userAgent: String
    /// The user's PEM file of trusted roots in addition to the system's.
    package var caFile: FilePath?
    /// The project's PEM file of trusted roots (policy key `ca_file`), which counts only for requests without a login:
    /// a project does not decide who is told a secret.
    package var projectCAFile: FilePath?
    /// The environment, for `SSL_CERT_FILE` and the proxy variables.
    package var environment: [String: String]
    /// Whether a redirect on loopback may lead to plain http (policy key `allow_http_localhost`).
    package var allowHTTPLocalhost: Bool

    package init(
      limits: TransferLimits,
      version: String,
      caFile: FilePath? = nil,
      projectCAFile: FilePath? = nil,
      environment: [String: String],
      allowHTTPLocalhost: Bool
    ) {
      self.limits = limits
      userAgent = "mmdos/\(version)"
      self.caFile = caFile
      self.projectCAFile = projectCAFile
      self.environment = environment
      self.allowHTTPLocalhost = allowHTTPLocalhost
    }
  }

  /// How often in a row a request is repeated because its kept connection was closed; each time costs only a new
  /// connection.
  private static let maxUnprocessedAnswers = 4

  private enum State {
    case idle
    case running(HTTPEngine)
    case shutDown
  }

  private let configuration: Configuration
  private let state = Mutex(State.idle)

  /// Stores the configuration; the network thread is started by the first `fetch`.
  package init(_ configuration: Configuration) {
    self.configuration = configuration
  }

  deinit {
    // If `shutdown()` was forgotten, the thread must still end.
    if case .running(let engine) = state.withLock({ $0 }) { Task { await engine.shutdown() } }
  }

  /// The proxy that a request would go through, as `host:port` and without its login; nil for none.
  package static func proxyAddress(for url: RequestURL, environment: [String: String]) -> String? {
    // try?: a setting that cannot be used is an error of the request.
    (try? ProxySettings.choose(for: url, environment: environment))?.address
  }

  /// See `Transport`; follows redirects within the same origin, up to `TransferLimits.maxRedirects`.
  package func fetch(_ request: FetchRequest, receive: (RawSpan) throws -> Void) async throws -> FetchResponse
  {
    try Task.checkCancellation()
    let engine = try startedEngine()
    let start = ContinuousClock.now
    var trail = RedirectTrail(
      from: request.url,
      maxRedirects: configuration.limits.maxRedirects,
      allowHTTPLocalhost: configuration.allowHTTPLocalhost
    )
    while true {
      let outcome = try await exchange(request, at: trail.url, start: start, on: engine, receive: receive)
      switch outcome {
      case .complete(let etag, let byteCount):
        return FetchResponse(
          isNotModified: false,
          etag: etag,
          byteCount: byteCount,
          redirection: trail.redirection
        )
      case .notModified(let etag):
        return FetchResponse(
          isNotModified: true,
          etag: etag ?? request.etag,
          byteCount: 0,
          redirection: trail.redirection
        )
      case .failed(let error as FetchError): throw await error.orWrongClock(configuration)
      case .failed(let error): throw error
      case .unprocessed(let error): throw error
      case .redirect(let redirect): try trail.follow(redirect)
      }
    }
  }

  /// Closes connections and ends the thread; running requests fail with `FetchError.shutDown`.
  package func shutdown() async {
    let engine = state.withLock { state -> HTTPEngine? in
      defer { state = .shutDown }
      guard case .running(let engine) = state else { return nil }
      return engine
    }
    await engine?.shutdown()
  }

  private func startedEngine() throws(FetchError) -> HTTPEngine {
    try state.withLock { state throws(FetchError) in
      switch state {
      case .shutDown: throw .shutDown
      case .running(let engine): return engine
      case .idle:
        let engine = try HTTPEngine(configuration)
        state = .running(engine)
        return engine
      }
    }
  }

  /// Sends one request and passes on its body; repeats it where the server closed a kept connection without
  /// answering.
  private func exchange(
    _ request: FetchRequest,
    at url: RequestURL,
    start: ContinuousClock.Instant,
    on engine: HTTPEngine,
    receive: (RawSpan) throws -> Void
  ) async throws -> HTTPExchange.Outcome {
    for _ in 0..<Self.maxUnprocessedAnswers {
      let outcome = try await send(request, at: url, start: start, on: engine, receive: receive)
      guard case .unprocessed = outcome else { return outcome }
      try Task.checkCancellation()
    }
    let outcome = try await send(request, at: url, start: start, on: engine, receive: receive)
    guard case .unprocessed(let error) = outcome else { return outcome }
    return .failed(error)
  }

  /// Sends one request once.
  private func send(
    _ request: FetchRequest,
    at url: RequestURL,
    start: ContinuousClock.Instant,
    on engine: HTTPEngine,
    receive: (RawSpan) throws -> Void
  ) async throws -> HTTPExchange.Outcome {
    let exchange = HTTPExchange(
      rules: ResponseRules(request: request, url: url),
      limits: configuration.limits,
      start: start
    )
    try engine.start(exchange, request, at: url)
    return await exchange.outcome(receive: receive)
  }
}
