package import RegistryModel
package import SystemPackage

/// Why a file could not be fetched.
///
/// Texts inside (`location`, `encoding`, details) come from outside: escape them before printing.
package enum FetchError: Error, Hashable, Sendable {
  /// An answer other than the wanted one; `retryAfter` if the server asked for a pause.
  case status(url: RequestURL, code: Int, retryAfter: Duration?)
  /// More bytes than allowed were announced or sent.
  case bodyTooLarge(url: RequestURL, limitBytes: Int64)
  /// The body ended early; `expectedBytes` is nil if no length was announced.
  case truncated(url: RequestURL, receivedBytes: Int64, expectedBytes: Int64?)
  /// Nothing marks the end of the body, so a cut one would not be noticed (RFC 9112 section 8).
  case unframedBody(url: RequestURL)
  /// There is no connection.
  case connect(url: RequestURL, cause: ConnectCause)
  /// The proxy from the environment is in the way.
  case proxy(url: RequestURL, cause: ProxyCause)
  /// The server could not prove who it is, or TLS failed otherwise.
  case tls(url: RequestURL, cause: TLSCause)
  /// Something took too long.
  case timeout(url: RequestURL, phase: TimeoutPhase)
  /// The body came too slowly over a whole averaging window.
  case tooSlow(url: RequestURL, bytesPerSecond: Int64, minimumBytesPerSecond: Int64)
  /// The connection was lost.
  case reset(url: RequestURL, cause: ResetCause)
  /// Headers went on for too long.
  case headersTooLarge(url: RequestURL, limitBytes: Int)
  /// A redirect that is not followed.
  case redirectRefused(from: RequestURL, location: String, reason: RedirectReason)
  /// The body is encoded although identity was asked for; hashes are over plain bytes.
  case unexpectedEncoding(url: RequestURL, encoding: String)
  /// What came is not HTTP.
  case malformedResponse(url: RequestURL, cause: MalformedCause)
  /// A file of trusted certificates cannot be used.
  case certificateFile(path: FilePath, cause: CertificateFileCause)
  /// The library that speaks HTTP cannot be used.
  case httpLibrary(HTTPLibraryProblem)
  /// The transport was shut down.
  case shutDown

  /// Why there is no connection.
  package enum ConnectCause: Hashable, Sendable {
    case nameNotFound
    case refused
    case unreachable
    /// The process or the system has no file descriptor left.
    case tooManyOpenFiles
    /// A system call failed with this number, or 0 where it is not known.
    case failed(errno: CInt)
  }

  /// Why the proxy cannot be used.
  package enum ProxyCause: Hashable, Sendable {
    /// The variable's value is not `http://[user:password@]host[:port]` or `socks5://host[:port]`.
    case invalidSetting(variable: String)
    case authenticationRequired
    /// The proxy answered CONNECT with another status than success, or with no HTTP at all.
    case badAnswer(status: Int?)
    /// There is no connection to the proxy; `address` is `host:port`.
    case unreachable(address: String, cause: ConnectCause)
  }

  /// What was wrong with the server's certificate, or with TLS.
  package enum TLSCause: Hashable, Sendable {
    case expired
    case notYetValid
    case wrongHost
    case untrustedIssuer
    /// Another fault of the certificate, as OpenSSL numbers them (`X509_V_ERR_...`).
    case certificate(code: Int)
    /// What answered does not speak TLS.
    case notTLS
    /// The server knows TLS before 1.2 only.
    case oldVersion
    /// The two sides found no way to talk to each other.
    case handshake
  }

  /// How a connection was lost.
  package enum ResetCause: Hashable, Sendable {
    /// The server ended it in an orderly way, too early.
    case closed
    /// The server or something between broke it off.
    case byPeer
    /// It ended while TLS was being agreed on.
    case inHandshake
    /// HTTP/2 gave up this stream or the whole connection.
    case stream
    /// Any other failure, with libcurl's number for it.
    case library(code: Int)
  }

  /// What about an answer is not HTTP.
  package enum MalformedCause: Hashable, Sendable {
    case notHTTP
    /// The status is no number from 100 to 599.
    case status
    case field
    case contentLength
    case severalContentLengths
    case framing
  }

  /// Why libcurl cannot be used.
  package enum HTTPLibraryProblem: Hashable, Sendable {
    case missing
    /// Too old, or built without HTTP/2 or https.
    case unfit
    /// Built with another TLS library than OpenSSL 3.
    case otherTLSLibrary
    /// It gave no memory or no thread.
    case failed
  }

  /// Which limit on time was passed.
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
    case tooMany
    case invalid
  }

  /// Why a certificate file cannot be used.
  package enum CertificateFileCause: Hashable, Sendable {
    case unreadable
    case noCertificate
  }
}

extension FetchError {
  /// How often a failure is worth another attempt.
  package enum RetryLimit: Hashable, Sendable {
    case never
    case once
    case attempts
  }

  /// How often this failure is worth another attempt (DESIGN section 6).
  ///
  /// A 404 is final here: asking again with `Cache-Control: no-cache` is the caller's decision.
  package var retryLimit: RetryLimit {
    switch self {
    case .status(_, let code, _):
      code == 408 || code == 429 || (500...599).contains(code) && code != 501 && code != 505
        ? .attempts : .never
    case .connect, .reset, .truncated: .attempts
    case .timeout(_, .connect), .timeout(_, .header): .attempts
    case .timeout(_, .idle), .timeout(_, .transfer), .tooSlow: .once
    case .proxy(_, .badAnswer), .proxy(_, .unreachable): .attempts
    case .bodyTooLarge, .unframedBody, .proxy, .tls, .headersTooLarge, .redirectRefused, .unexpectedEncoding,
      .malformedResponse, .certificateFile, .httpLibrary, .shutDown:
      .never
    }
  }

  /// Whether another attempt makes sense at all.
  package var isRetryable: Bool { retryLimit != .never }
}
