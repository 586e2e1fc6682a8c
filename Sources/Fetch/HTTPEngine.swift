import CCurl
import Disk
import RegistryModel
import Synchronization

/// The running part of an `HTTPTransport`: one thread that performs all transfers with libcurl.
///
/// One thread is enough for any network; the other cores are needed for hashing and compression.
final class HTTPEngine: Sendable {
  /// How long `shutdown` waits for a name lookup, which cannot be aborted.
  private static let shutdownPatience = Duration.milliseconds(300)

  private let configuration: HTTPTransport.Configuration
  private let certificateTime: CertificateTime
  /// The trusted roots of requests with a login and of those without.
  private let roots = Mutex<[Bool: TLSRoots]>([:])
  private let commands: CommandQueue
  private let ended: EndSignal

  /// Loads libcurl and starts the thread.
  ///
  /// Connections and TLS sessions are its own, so that one with another `certificateTime` cannot serve for them.
  init(
    _ configuration: HTTPTransport.Configuration,
    certificateTime: CertificateTime = .now
  ) throws(FetchError) {
    switch ccurl_load() {
    case CCURL_READY: break
    case CCURL_MISSING: throw .httpLibrary(.missing)
    case CCURL_OTHER_TLS: throw .httpLibrary(.otherTLSLibrary)
    default: throw .httpLibrary(.unfit)
    }
    self.configuration = configuration
    self.certificateTime = certificateTime
    guard let commands = CommandQueue() else { throw .httpLibrary(.failed) }
    let ended = EndSignal()
    (self.commands, self.ended) = (commands, ended)
    let connections = configuration.limits.maxConcurrentTransfers
    do {
      // Signals are for the threads that handle them; the network would only be interrupted.
      try SystemThread.start(takesSignals: false) {
        HTTPLoop(commands, maxConnectionsToHost: connections).run()
        ended.signal()
      }
    } catch { throw .httpLibrary(.failed) }
  }

  /// Sends a request; the response is passed to the exchange.
  ///
  /// The certificate files of the configuration are read when the first https request is made.
  func start(_ exchange: HTTPExchange, _ request: FetchRequest, at url: RequestURL) throws(FetchError) {
    let login = request.credential?.field(for: url)
    let transfer = HTTPTransfer.Request(
      url: url,
      fields: fields(for: request) + (login.map { [$0] } ?? []),
      userAgent: configuration.userAgent,
      proxy: try ProxySettings.choose(for: url, environment: configuration.environment),
      roots: url.scheme == "https" ? try loadedRoots(withLogin: login != nil) : nil,
      certificateTime: certificateTime,
      limits: configuration.limits
    )
    let control = TransferControl(exchange: ObjectIdentifier(exchange), commands: commands)
    guard commands.add(.start(transfer, exchange)) else { throw .shutDown }
    exchange.connect(control)
  }

  /// Aborts all transfers, closes connections and ends the thread.
  func shutdown() async {
    commands.close()
    await ended.wait(atMost: Self.shutdownPatience)
  }

  private func loadedRoots(withLogin: Bool) throws(FetchError) -> TLSRoots {
    try roots.withLock { roots throws(FetchError) in
      if let loaded = roots[withLogin] { return loaded }
      let files = [configuration.caFile, withLogin ? nil : configuration.projectCAFile].compactMap(\.self)
      let loaded = try TLSRoots(caFiles: files, environment: configuration.environment)
      roots[withLogin] = loaded
      return loaded
    }
  }

  private func fields(for request: FetchRequest) -> [String] {
    var fields = ["Accept-Encoding: identity"]
    if let etag = request.etag, EntityTag.isValid(etag) { fields.append("If-None-Match: \(etag)") }
    if request.bypassCaches { fields.append("Cache-Control: no-cache") }
    return fields
  }
}
