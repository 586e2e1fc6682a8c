import Fetch
import RegistryModel
import Testing

@testable import mmdos

// The failures of the network.
extension FailureTests {
  static func fetchErrors() throws -> [FetchError] {
    let url = try RequestURL(parsing: "https://registry.example/a", allowHTTPLocalhost: false)
    let statuses = [401, 403, 404, 410, 418, 429, 500].map {
      FetchError.status(url: url, code: $0, retryAfter: nil)
    }
    let logins = [401, 403].map { FetchError.loginRefused(url: url, code: $0) }
    let connects: [FetchError.ConnectCause] = [
      .nameNotFound, .refused, .unreachable, .tooManyOpenFiles, .notAllowed, .failed,
    ]
    let proxies: [FetchError.ProxyCause] = [
      .invalidSetting(variable: "all_proxy"), .authenticationRequired, .badAnswer(status: nil),
      .badAnswer(status: 502), .unreachable(proxy: "http://proxy.example:80", cause: .nameNotFound),
      .silent(proxy: "socks5://127.0.0.1:1080"), .closed(proxy: "http://127.0.0.1:80"),
      .noRoute(proxy: "socks5://127.0.0.1:1080"),
    ]
    let tls: [FetchError.TLSCause] = [
      .expired, .notYetValid, .wrongHost, .untrustedIssuer, .selfSigned, .wrongPurpose,
      .wrongClock(ahead: .seconds(94_608_000)),
      .wrongClock(ahead: .seconds(-94_608_000)), .unfit, .notTLS, .oldVersion,
      .handshake,
    ]
    let resets: [FetchError.ResetCause] = [.closed, .byPeer, .inHandshake, .stream, .unknown]
    let malformed: [FetchError.MalformedCause] = [
      .notHTTP, .status, .field, .contentLength, .severalContentLengths, .framing,
    ]
    let libraries: [FetchError.HTTPLibraryProblem] = [.missing, .unfit, .otherTLSLibrary, .failed]
    let redirects: [FetchError.RedirectReason] = [
      .otherOrigin, .httpsToHTTP, .loginPage, .query, .tooMany, .invalid,
    ]
    return statuses + logins + connects.map { .connect(url: url, cause: $0) }
      + proxies.map { .proxy(url: url, cause: $0) } + tls.map { .tls(url: url, cause: $0) }
      + resets.map { .reset(url: url, cause: $0) } + malformed.map { .malformedResponse(url: url, cause: $0) }
      + redirects.map { .redirectRefused(from: url, origin: "https://h.example", reason: $0) }
      + [[url], [url, url]].map { .redirectCircle(from: url, $0) } + libraries.map { .httpLibrary($0) }
  }

  /// Each failure has words of its own, and none those of a library.
  @Test func networkErrorsHaveNoWordsOfLibraries() throws {
    let errors = try Self.fetchErrors().filter { if case .httpLibrary = $0 { false } else { true } }
    #expect(Set(errors.map(\.words)).count == errors.count)
    for error in errors {
      for word in ["libcurl", "curl", "OpenSSL", "SSL_", "errno", "error number", "reason 2"] {
        #expect(!(error.words + error.hint).contains(word), "\(error.words)")
      }
    }
  }
}
