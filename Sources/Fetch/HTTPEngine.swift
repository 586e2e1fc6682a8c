import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import RegistryModel
import Synchronization

/// What runs behind an `HTTPTransport` once it is in use: one thread, a client per proxy, and a clock.
///
/// The only file that knows async-http-client. Of its limits only the one for connecting is used: the others
/// cannot tell a slow server from a slow reader.
final class HTTPEngine: Sendable {
  /// How often limits on time are checked, and so how exactly they are kept.
  private static let tick = TimeAmount.milliseconds(100)

  private static let shutdownPatience = Duration.milliseconds(300)

  private let configuration: HTTPTransport.Configuration
  private let tls: TLSConfiguration
  private let group: MultiThreadedEventLoopGroup
  private let clients = Mutex<[ProxySettings.Choice: HTTPClient]>([:])
  private let transfers: ActiveTransfers
  private let gate: ReadGate
  private let clock: RepeatedTask

  /// Starts the thread; reads certificate files.
  init(_ configuration: HTTPTransport.Configuration) throws(FetchError) {
    self.configuration = configuration
    tls = try TLSSettings.makeConfiguration(
      caFile: configuration.caFile,
      environment: configuration.environment
    )
    // One thread carries more than a network brings; hashing and compression need the other cores.
    group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    let (transfers, gate) = (ActiveTransfers(), ReadGate())
    (self.transfers, self.gate) = (transfers, gate)
    clock = group.next().scheduleRepeatedTask(initialDelay: Self.tick, delay: Self.tick) { _ in
      transfers.check(at: .now, isReadingStopped: gate.isClosed)
    }
  }

  /// Sends a request whose response fills the exchange.
  func start(_ exchange: HTTPExchange, _ request: FetchRequest, at url: RequestURL) throws(FetchError) {
    let choice = try ProxySettings.choose(for: url, environment: configuration.environment)
    let outgoing: HTTPClient.Request
    do {
      outgoing = try HTTPClient.Request(url: url.description, headers: headers(for: request))
    } catch {
      throw .connect(url: url, cause: .other("\(error)"))
    }
    guard transfers.insert(exchange) else { throw .shutDown }
    let task = client(for: choice).execute(request: outgoing, delegate: ResponseDelegate(exchange, gate))
    task.futureResult.whenComplete { result in
      switch result {
      case .success: exchange.responseEnded()
      case .failure(let error): exchange.failed(Self.connectionFailure(error))
      }
    }
    exchange.onAbort { task.cancel() }
  }

  /// Lets go of a transfer that is over.
  func forget(_ exchange: HTTPExchange) {
    exchange.forgetAbort()
    transfers.remove(exchange)
  }

  /// Says why the certificate of a server was refused.
  func diagnoseCertificate(of url: RequestURL) async -> FetchError.TLSCause {
    // A setting that cannot be used ended the request before there was a certificate: `start` asks as well.
    let choice = try? ProxySettings.choose(for: url, environment: configuration.environment)
    guard choice == .direct else { return .other("certificate verification failed") }
    return await TLSDiagnosis.diagnose(
      host: url.bareHost,
      port: url.port,
      on: group,
      timeout: configuration.limits.connectTimeout
    )
  }

  /// Ends everything that is under way, closes connections and ends the thread.
  ///
  /// Returns after `shutdownPatience` at the latest: a connection that is still being made cannot be broken
  /// off and ends by itself, at `connectTimeout`.
  func shutdown() async {
    clock.cancel()
    for exchange in transfers.close() { exchange.abandon(.failed(ConnectionFailure.shutDown)) }
    let clients = clients.withLock { clients in
      defer { clients = [:] }
      return Array(clients.values)
    }
    await withCheckedContinuation { continuation in
      let once = ResumeOnce(continuation)
      Task { [group] in
        // Both only fail if they were ended before, which nobody else does.
        for client in clients { try? await client.shutdown() }
        try? await group.shutdownGracefully()
        once.resume()
      }
      Task {
        // Nobody cancels this pause.
        try? await Task.sleep(for: Self.shutdownPatience)
        once.resume()
      }
    }
  }

  private func headers(for request: FetchRequest) -> HTTPHeaders {
    var headers: HTTPHeaders = [
      "user-agent": configuration.userAgent, "accept": "*/*", "accept-encoding": "identity",
    ]
    if let etag = request.etag, EntityTag.isValid(etag) { headers.add(name: "if-none-match", value: etag) }
    if request.bypassCaches { headers.add(name: "cache-control", value: "no-cache") }
    return headers
  }

  private func client(for choice: ProxySettings.Choice) -> HTTPClient {
    clients.withLock { clients in
      if let client = clients[choice] { return client }
      let client = HTTPClient(
        eventLoopGroupProvider: .shared(group),
        configuration: makeClientConfiguration(choice)
      )
      clients[choice] = client
      return client
    }
  }

  private func makeClientConfiguration(_ choice: ProxySettings.Choice) -> HTTPClient.Configuration {
    let limits = configuration.limits
    var client = HTTPClient.Configuration()
    client.tlsConfiguration = tls
    client.redirectConfiguration = .disallow
    client.decompression = .disabled
    client.httpVersion = .automatic
    client.timeout = .init(connect: TimeAmount(limits.connectTimeout))
    client.connectionPool = .init(
      idleTimeout: .seconds(30),
      concurrentHTTP1ConnectionsPerHostSoftLimit: max(1, limits.maxConcurrentTransfers)
    )
    // Retrying is `RetryPolicy`'s business; here it would turn a refused connection into a time-out.
    client.connectionPool.retryConnectionEstablishment = false
    client.http1_1ConnectionDebugInitializer = { channel in
      HeaderGuard.install(on: channel, maxBytes: limits.maxHeaderBytes)
    }
    client.http2ConnectionDebugInitializer = { [gate] channel in
      gate.add(channel)
      return channel.eventLoop.makeSucceededVoidFuture()
    }
    switch choice {
    case .direct: break
    case .socks5(let host, let port): client.proxy = .socksServer(host: host, port: port)
    case .http(let host, let port, let credentials):
      let authorization = credentials.map { text in
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        return HTTPClient.Authorization.basic(username: String(parts[0]), password: String(parts.last ?? ""))
      }
      client.proxy = .server(host: host, port: port, authorization: authorization)
    }
    return client
  }

  private static func connectionFailure(_ error: any Error) -> ConnectionFailure {
    guard let error = error as? HTTPClientError else { return ConnectionFailure(error) }
    switch error {
    case .connectTimeout, .getConnectionFromPoolTimeout, .tlsHandshakeTimeout, .httpProxyHandshakeTimeout,
      .socksHandshakeTimeout:
      return .timeout(.connect)
    case .remoteConnectionClosed, .uncleanShutdown: return .cut
    case .proxyAuthenticationRequired: return .proxy(.authenticationRequired)
    case .invalidProxyResponse: return .proxy(.badAnswer)
    case .alreadyShutdown: return .shutDown
    default: return .reset(detail: error.description)
    }
  }
}

/// Wakes one waiting task, however many would.
private final class ResumeOnce: Sendable {
  private let continuation: Mutex<CheckedContinuation<Void, Never>?>

  init(_ continuation: CheckedContinuation<Void, Never>) {
    self.continuation = Mutex(continuation)
  }

  func resume() {
    let waiting = continuation.withLock { continuation in
      defer { continuation = nil }
      return continuation
    }
    waiting?.resume()
  }
}

/// The transfers under way, which the clock looks at.
private final class ActiveTransfers: Sendable {
  private let state = Mutex<[ObjectIdentifier: HTTPExchange]?>([:])

  /// Adds a transfer; false if there may be none any more.
  func insert(_ exchange: HTTPExchange) -> Bool {
    state.withLock { transfers in
      transfers?[ObjectIdentifier(exchange)] = exchange
      return transfers != nil
    }
  }

  func remove(_ exchange: HTTPExchange) {
    state.withLock { _ = $0?.removeValue(forKey: ObjectIdentifier(exchange)) }
  }

  func check(at now: ContinuousClock.Instant, isReadingStopped: Bool) {
    for exchange in state.withLock({ $0.map { Array($0.values) } ?? [] }) {
      exchange.check(at: now, isReadingStopped: isReadingStopped)
    }
  }

  /// Lets no more transfers in; returns those under way.
  func close() -> [HTTPExchange] {
    state.withLock { transfers in
      defer { transfers = nil }
      return transfers.map { Array($0.values) } ?? []
    }
  }
}

/// Passes on what async-http-client reports.
private final class ResponseDelegate: HTTPClientResponseDelegate {
  private let exchange: HTTPExchange
  private let gate: ReadGate

  init(_ exchange: HTTPExchange, _ gate: ReadGate) {
    (self.exchange, self.gate) = (exchange, gate)
  }

  func didSendRequestHead(task: HTTPClient.Task<Void>, _ head: HTTPRequestHead) {
    exchange.requestSent()
  }

  func didReceiveHead(task: HTTPClient.Task<Void>, _ head: HTTPResponseHead) -> EventLoopFuture<Void> {
    exchange.headReceived(head)
    return task.eventLoop.makeSucceededVoidFuture()
  }

  func didReceiveBodyPart(task: HTTPClient.Task<Void>, _ buffer: ByteBuffer) -> EventLoopFuture<Void> {
    guard let pause = exchange.bodyReceived(buffer, on: task.eventLoop) else {
      return task.eventLoop.makeSucceededVoidFuture()
    }
    gate.close(until: pause)
    return pause
  }

  func didFinishRequest(task: HTTPClient.Task<Void>) {}
}
