package import RegistryModel
package import SystemPackage

/// Why a file could not be fetched.
///
/// Strings (`origin`, `encoding`, details) come from outside and must be escaped before printing.
package enum FetchError: Error, Hashable, Sendable {
  /// A response with an unexpected status; `retryAfter` is set if the server asked for a pause.
  case status(url: RequestURL, code: Int, retryAfter: Duration?)
  /// The login that was sent is not accepted (401), or has no right to the file (403).
  case loginRefused(url: RequestURL, code: Int)
  /// More bytes than allowed were announced or sent.
  case bodyTooLarge(url: RequestURL, limitBytes: Int64)
  /// The body ended early; `expectedBytes` is nil if no length was announced.
  case truncated(url: RequestURL, receivedBytes: Int64, expectedBytes: Int64?)
  /// Nothing marks the end of the body, so a truncated one would not be noticed (RFC 9112 section 8).
  case unframedBody(url: RequestURL)
  /// The connection could not be made.
  case connect(url: RequestURL, cause: ConnectCause)
  /// The proxy from the environment could not be used.
  case proxy(url: RequestURL, cause: ProxyCause)
  /// The server's certificate was not accepted, or TLS failed otherwise.
  case tls(url: RequestURL, cause: TLSCause)
  /// A phase of the request exceeded its time limit.
  case timeout(url: RequestURL, phase: TimeoutPhase)
  /// The average rate of the body over one window was below the limit.
  case tooSlow(url: RequestURL, bytesPerSecond: Int64, minimumBytesPerSecond: Int64)
  /// The connection was lost.
  case reset(url: RequestURL, cause: ResetCause)
  /// The headers are larger than the limit.
  case headersTooLarge(url: RequestURL, limitBytes: Int)
  /// A redirect that is not followed; `origin` is where it leads, without path and login, if that can be told.
  case redirectRefused(from: RequestURL, origin: String?, reason: RedirectReason)
  /// Redirects lead in a circle; the addresses of the circle in order, each of them requested.
  case redirectCircle(from: RequestURL, [RequestURL])
  /// The body has a content encoding although `identity` was requested; hashes are of unencoded bytes.
  case unexpectedEncoding(url: RequestURL, encoding: String)
  /// The response is not valid HTTP.
  case malformedResponse(url: RequestURL, cause: MalformedCause)
  /// A file of trusted certificates could not be used.
  case certificateFile(path: FilePath, cause: CertificateFileCause)
  /// libcurl could not be used.
  case httpLibrary(HTTPLibraryProblem)
  /// The transport was shut down.
  case shutDown

  /// Why the connection could not be made.
  package enum ConnectCause: Hashable, Sendable {
    case nameNotFound
    case refused
    case unreachable
    /// The process or the system has reached its limit of open files.
    case tooManyOpenFiles
    /// This machine does not allow it, for example by a firewall.
    case notAllowed
    /// It failed in a way that has no word here.
    case failed
  }

  /// Why the proxy cannot be used.
  package enum ProxyCause: Hashable, Sendable {
    /// The variable's value is not `http://[user:password@]host[:port]` or `socks5://host[:port]`.
    case invalidSetting(variable: String)
    case authenticationRequired
    /// The proxy answered CONNECT with a status other than success, or not with HTTP.
    case badAnswer(status: Int?)
    /// The connection to the proxy could not be made; `proxy` is its URL, without a login.
    case unreachable(proxy: String, cause: ConnectCause)
    /// It said nothing within the time to connect.
    case silent(proxy: String)
    /// It closed the connection instead of answering.
    case closed(proxy: String)
    /// It answered that it cannot connect to the host.
    case noRoute(proxy: String)
  }

  /// What is wrong with the server's certificate or with TLS.
  package enum TLSCause: Hashable, Sendable {
    case expired
    case notYetValid
    /// It is out of date for this machine alone, whose clock is ahead of the server's by this much, or behind.
    case wrongClock(ahead: Duration)
    case wrongHost
    case untrustedIssuer
    /// It vouches for itself, and is not among what is trusted.
    case selfSigned
    /// It is not for a server, but for a client or for signing mail.
    case wrongPurpose
    /// It breaks another rule for certificates.
    case unfit
    /// The server's answer is not TLS.
    case notTLS
    /// The server supports only TLS before 1.2.
    case oldVersion
    /// The TLS handshake failed, for example because there is no common cipher.
    case handshake
  }

  /// How a connection was lost.
  package enum ResetCause: Hashable, Sendable {
    /// The server closed it in an orderly way, but too early.
    case closed
    /// The server or a host in between reset it.
    case byPeer
    /// It ended during the TLS handshake.
    case inHandshake
    /// The HTTP/2 stream or the whole HTTP/2 connection was reset.
    case stream
    /// It was lost in a way that has no word here.
    case unknown
  }

  /// Why a response is not valid HTTP.
  package enum MalformedCause: Hashable, Sendable {
    case notHTTP
    /// The status is not a number from 100 to 599.
    case status
    case field
    case contentLength
    case severalContentLengths
    case framing
  }

  /// Why libcurl could not be used.
  package enum HTTPLibraryProblem: Hashable, Sendable {
    case missing
    /// It is too old, or built without HTTP/2 or https.
    case unfit
    /// It is built with a TLS library other than OpenSSL 3.
    case otherTLSLibrary
    /// It could not allocate memory or start a thread.
    case failed
  }

  /// The phase of a request whose time limit was exceeded.
  package enum TimeoutPhase: Hashable, Sendable {
    case connect
    case header
    case idle
    case transfer
  }

  /// Why a redirect is not followed.
  package enum RedirectReason: Hashable, Sendable {
    case otherOrigin
    case httpsToHTTP
    /// It leads to a page on which a person is to log in.
    case loginPage
    /// It leads to an address with a query, which no registry has.
    case query
    case tooMany
    case invalid
  }

  /// Why a certificate file could not be used.
  package enum CertificateFileCause: Hashable, Sendable {
    case unreadable
    case noCertificate
  }
}

extension FetchError {
  /// How often a request with a given failure is retried.
  package enum RetryLimit: Hashable, Sendable {
    case never
    case once
    case attempts
  }

  /// How often a request with this failure is retried (DESIGN section 6).
  ///
  /// A 404 is final here: the caller decides whether to ask again with `Cache-Control: no-cache`.
  package var retryLimit: RetryLimit {
    switch self {
    case .status(_, let code, _):
      code == 408 || code == 429 || (500...599).contains(code) && code != 501 && code != 505
        ? .attempts : .never
    case .connect, .reset, .truncated: .attempts
    case .timeout(_, .connect), .timeout(_, .header): .attempts
    case .timeout(_, .idle), .timeout(_, .transfer), .tooSlow: .once
    case .proxy(_, .badAnswer), .proxy(_, .unreachable), .proxy(_, .silent), .proxy(_, .closed),
      .proxy(_, .noRoute):
      .attempts
    case .loginRefused, .bodyTooLarge, .unframedBody, .proxy, .tls, .headersTooLarge, .redirectRefused,
      .redirectCircle,
      .unexpectedEncoding, .malformedResponse, .certificateFile, .httpLibrary, .shutDown:
      .never
    }
  }

  /// Whether the request is retried at all.
  package var isRetryable: Bool { retryLimit != .never }

  /// Whether the host answers and has no such file (DESIGN section 6a): S3 answers 403 for an absent one unless listing
  /// is allowed.
  package var isAbsence: Bool {
    switch self {
    case .status(_, let code, _), .loginRefused(_, let code): [403, 404, 410].contains(code)
    default: false
    }
  }
}
