import RegistryModel

/// The time at which the certificates of a server have to be valid.
enum CertificateTime: Hashable, Sendable {
  case now
  /// At no time: they are checked in every other way.
  case any
  /// In seconds since 1970.
  case at(Int64)
}

extension FetchError {
  /// The failure of a certificate that is out of date, told apart from a wrong clock of this machine; any other as it is.
  ///
  /// Where the server's clock is another, and its certificate is valid by that, the clocks are the cause and not the
  /// certificate.
  func orWrongClock(_ configuration: HTTPTransport.Configuration) async -> FetchError {
    guard case .tls(let url, let cause) = self, cause == .expired || cause == .notYetValid else {
      return self
    }
    let clock = ServerClock(url: url, configuration: configuration)
    guard let time = await clock.ask(.any) else { return self }
    let ahead = SystemTime.secondsSince1970() - time
    guard abs(ahead) > ServerClock.tolerance, await clock.ask(.at(time)) != nil else { return self }
    return .tls(url: url, cause: .wrongClock(ahead: .seconds(ahead)))
  }
}

/// Asks a server what time it is.
///
/// Its connections serve for nothing else: the request holds neither login nor path, and of the response only the `Date` is read. Name
/// and issuer of the server are checked as always.
private struct ServerClock {
  /// Clocks that differ by less agree, in seconds.
  static let tolerance: Int64 = 3600

  let url: RequestURL
  let configuration: HTTPTransport.Configuration

  /// The server's time in seconds since 1970; nil where it cannot be had.
  func ask(_ certificateTime: CertificateTime) async -> Int64? {
    // try?: the failure that led here is told then. Not even the path of the file is told to such a server.
    guard let url = try? RequestURL(parsing: "/", relativeTo: url, allowHTTPLocalhost: false) else {
      return nil
    }
    let request = FetchRequest(url: url, maxBytes: 0)
    let exchange = HTTPExchange(
      rules: ResponseRules(request: request, url: url),
      limits: configuration.limits,
      start: .now
    )
    guard let engine = try? HTTPEngine(configuration, certificateTime: certificateTime) else { return nil }
    if (try? engine.start(exchange, request, at: url)) != nil { _ = await exchange.outcome { _ in } }
    await engine.shutdown()
    return exchange.serverTime
  }
}
