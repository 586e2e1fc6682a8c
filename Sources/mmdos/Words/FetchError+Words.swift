import Fetch
import RegistryModel

extension FetchError {
  /// What failed and why, in lower case; text from outside is not escaped.
  var words: String {
    switch self {
    case .status(let url, let code, _): "'\(url)': the server answered \(code)\(Self.words(status: code))"
    case .loginRefused(let url, let code):
      "'\(url)': the server answered \(code): your login \(code == 401 ? "is not accepted" : "has no right to it")"
    case .bodyTooLarge(let url, let limit): "'\(url)': larger than the limit of \(limit) bytes"
    case .truncated(let url, let received, let expected):
      "'\(url)': ended after \(received) \(expected.map { "of \($0) bytes" } ?? "bytes")"
    case .unframedBody(let url): "'\(url)': the server does not say where the file ends"
    case .connect(let url, let cause): "'\(url)': no connection: \(cause.words)"
    case .proxy(let url, let cause): "'\(url)': \(cause.words)"
    case .tls(let url, .wrongHost):
      "'\(url)': the server's certificate is for another host than '\(url.host)'"
    case .tls(let url, let cause): "'\(url)': \(cause.words)"
    case .timeout(let url, let phase): "'\(url)': \(phase.words)"
    case .tooSlow(let url, let rate, let minimum):
      "'\(url)': too slow: \(rate) bytes a second, at least \(minimum) are needed"
    case .reset(let url, let cause): "'\(url)': the connection was lost: \(cause.words)"
    case .headersTooLarge(let url, let limit): "'\(url)': more than \(limit) bytes of headers"
    case .redirectRefused(let url, let origin, .loginPage):
      "'\(url)': a login page answered: it redirects to \(origin.map { "'\($0)'" } ?? "one")"
    case .redirectRefused(let url, let origin, let reason):
      "'\(url)': redirect \(origin.map { "to '\($0)' " } ?? "")refused: \(reason.words)"
    case .redirectCircle(let url, let circle): "'\(url)': \(Self.words(circle: circle))"
    case .unexpectedEncoding(let url, let encoding): "'\(url)': sent with content encoding '\(encoding)'"
    case .malformedResponse(let url, let cause): "'\(url)': not a valid HTTP response: \(cause.words)"
    case .certificateFile(let path, let cause):
      "certificate file '\(path)': \(cause == .unreadable ? "cannot be read" : "holds no certificate")"
    case .httpLibrary(let problem): problem.words
    case .shutDown: "the network was shut down"
    }
  }

  /// What a status means for the file, where the number alone is not plain.
  private static func words(status: Int) -> String {
    switch status {
    case 401: ": it wants a login"
    case 403: ": it refuses to send this file"
    case 404: ": there is no such file"
    case 410: ": the file was removed for good"
    case 429: ": too many requests"
    case 500...599: ": it has a failure of its own"
    default: ""
    }
  }

  private static func words(circle: [RequestURL]) -> String {
    let steps = circle.map { "'\($0)'" }
    return circle.count == 1
      ? "redirects in a circle: \(steps.joined()) leads to itself"
      : "redirects in a circle: \(steps.joined(separator: " to ")) and back to \(steps.prefix(1).joined())"
  }
}

extension FetchError.ConnectCause {
  fileprivate var words: String {
    switch self {
    case .nameNotFound: "the host name was not found"
    case .refused: "connection refused"
    case .unreachable: "the host cannot be reached"
    case .tooManyOpenFiles: "too many files are open"
    case .notAllowed: "this machine does not allow it"
    case .failed: "it failed for a reason that is not known"
    }
  }
}

extension FetchError.ConnectCause {
  fileprivate var proxyWords: String {
    self == .nameNotFound ? "its host name was not found" : words
  }
}

extension FetchError.ProxyCause {
  fileprivate var words: String {
    switch self {
    case .invalidSetting(let variable): "the proxy in '\(variable)' is not valid"
    case .authenticationRequired: "the proxy wants a user name and password"
    case .badAnswer(let status?): "the proxy refused the request (status \(status))"
    case .badAnswer(nil): "what answered is not a proxy of that kind"
    case .unreachable(let proxy, let cause): "no connection to the proxy '\(proxy)': \(cause.proxyWords)"
    case .silent(let proxy): "the proxy '\(proxy)' did not answer"
    case .closed(let proxy): "the proxy '\(proxy)' closed the connection without an answer"
    case .noRoute(let proxy): "the proxy '\(proxy)' cannot connect to the host"
    }
  }
}

extension FetchError.TLSCause {
  fileprivate var words: String {
    switch self {
    case .expired: "the server's certificate has expired"
    case .notYetValid: "the server's certificate is not valid yet"
    case .wrongClock(let ahead) where ahead > .zero:
      "this machine's clock is \(Quantity.gap(ahead)) ahead of the server's, by which its certificate has not expired"
    case .wrongClock(let ahead):
      "this machine's clock is \(Quantity.gap(.zero - ahead)) behind the server's, by which its certificate is valid"
    case .wrongHost: "the server's certificate is for another host"
    case .untrustedIssuer: "the server's certificate comes from an unknown issuer"
    case .selfSigned: "the server's certificate is signed by itself alone"
    case .wrongPurpose: "the server's certificate is not one for servers"
    case .unfit: "the server's certificate breaks a rule for certificates"
    case .notTLS: "what answers there does not speak TLS"
    case .oldVersion: "the server speaks no TLS of version 1.2 or later"
    case .handshake: "no secure connection could be agreed on"
    }
  }
}

extension FetchError.ResetCause {
  fileprivate var words: String {
    switch self {
    case .closed: "closed by the server"
    case .byPeer: "broken off by the other side"
    case .inHandshake: "closed while TLS was being agreed on"
    case .stream: "ended by the server's HTTP/2"
    case .unknown: "the reason is not known"
    }
  }
}

extension FetchError.MalformedCause {
  fileprivate var words: String {
    switch self {
    case .notHTTP: "it does not begin like one"
    case .status: "its status is no number from 100 to 599"
    case .field: "a header field is malformed"
    case .contentLength: "its content length is no number"
    case .severalContentLengths: "it states several content lengths"
    case .framing: "its body is not framed as it says"
    }
  }
}

extension FetchError.HTTPLibraryProblem {
  fileprivate var words: String {
    switch self {
    case .missing: "libcurl, which speaks HTTP for mmdos, is not installed"
    case .unfit: "libcurl is older than 7.80, or was built without HTTP/2 or https"
    case .otherTLSLibrary: "libcurl was built with another TLS library than OpenSSL 3"
    case .failed: "libcurl could not be started"
    }
  }
}

extension FetchError.TimeoutPhase {
  fileprivate var words: String {
    switch self {
    case .connect: "timed out while connecting"
    case .header: "timed out before the response began"
    case .idle: "timed out as no more data came"
    case .transfer: "timed out before the transfer was complete"
    }
  }
}

extension FetchError.RedirectReason {
  fileprivate var words: String {
    switch self {
    case .otherOrigin: "it leads to another server"
    case .httpsToHTTP: "it leads from https to http"
    case .loginPage: "it leads to a login page"
    case .query: "it leads to an address with a query"
    case .tooMany: "too many redirects, one after the other"
    case .invalid: "not a valid address"
    }
  }
}
