extension FetchError {
  /// What failed and why, in lower case; outside text in it is not escaped.
  package var summary: String {
    switch self {
    case .status(let url, let code, _): "'\(url)': the server answered \(code)"
    case .bodyTooLarge(let url, let limit): "'\(url)': larger than the limit of \(limit) bytes"
    case .truncated(let url, let received, let expected):
      "'\(url)': ended after \(received) \(expected.map { "of \($0) bytes" } ?? "bytes")"
    case .unframedBody(let url): "'\(url)': the server does not say where the file ends"
    case .connect(let url, let cause): "'\(url)': no connection: \(cause.summary)"
    case .proxy(let url, let cause): "'\(url)': \(cause.summary)"
    case .tls(let url, let cause): "'\(url)': \(cause.summary)"
    case .timeout(let url, let phase): "'\(url)': \(phase.summary)"
    case .tooSlow(let url, let rate, let minimum):
      "'\(url)': too slow: \(rate) bytes a second, at least \(minimum) are needed"
    case .reset(let url, let detail): "'\(url)': the connection was lost: \(detail)"
    case .headersTooLarge(let url, let limit): "'\(url)': more than \(limit) bytes of headers"
    case .redirectRefused(let url, let location, let reason):
      "'\(url)': redirect to '\(location)' refused: \(reason.summary)"
    case .unexpectedEncoding(let url, let encoding): "'\(url)': sent with content encoding '\(encoding)'"
    case .malformedResponse(let url, let detail): "'\(url)': not a valid HTTP response: \(detail)"
    case .certificateFile(let path, let cause):
      "certificate file '\(path)': \(cause == .unreadable ? "cannot be read" : "holds no certificate")"
    case .shutDown: "the network was shut down"
    }
  }
}

extension FetchError.ConnectCause {
  fileprivate var summary: String {
    switch self {
    case .nameNotFound: "the host name was not found"
    case .refused: "connection refused"
    case .unreachable: "the host cannot be reached"
    case .other(let detail): detail
    }
  }
}

extension FetchError.ProxyCause {
  fileprivate var summary: String {
    switch self {
    case .invalidSetting(let variable): "the proxy in '\(variable)' is not valid"
    case .authenticationRequired: "the proxy wants a user name and password"
    case .badAnswer: "the proxy refused or garbled the request"
    case .addressInsteadOfName: "a host given by its address is not asked for through a proxy"
    }
  }
}

extension FetchError.TLSCause {
  fileprivate var summary: String {
    switch self {
    case .expired: "the server's certificate is not valid today"
    case .wrongHost: "the server's certificate is for another host"
    case .untrustedIssuer: "the server's certificate comes from an unknown issuer"
    case .other(let detail): "no secure connection: \(detail)"
    }
  }
}

extension FetchError.TimeoutPhase {
  fileprivate var summary: String {
    switch self {
    case .connect: "timed out while connecting"
    case .header: "timed out before the response began"
    case .idle: "timed out as no more data came"
    case .transfer: "timed out before the transfer was complete"
    }
  }
}

extension FetchError.RedirectReason {
  fileprivate var summary: String {
    switch self {
    case .otherOrigin: "it leads to another server"
    case .httpsToHTTP: "it leads from https to http"
    case .tooMany: "too many redirects"
    case .invalid: "not a valid address"
    }
  }
}
