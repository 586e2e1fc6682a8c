#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif
import CCurl
import RegistryModel

/// The result of a transfer that libcurl could not complete, without the URL, which is added later.
struct TransferFailure: Error, Hashable {
  let code: CURLcode
  /// The error number of the socket call that failed, or 0.
  let errnoCode: CInt
  /// The result of the certificate check, with OpenSSL's number (`X509_V_ERR_...`), or 0.
  let verifyResult: Int
  /// The status with which a proxy answered CONNECT, or 0.
  let proxyStatus: Int
  /// libcurl's error text.
  ///
  /// Used to distinguish failures that have the same code; never displayed.
  let text: String
  /// The proxy in use, as `ProxySettings.Choice.url` has it.
  let proxy: String?
  /// Why a SOCKS proxy did not connect (`CURLPX_...`), or 0.
  let proxyError: Int
  /// Whether the connection had been made and TLS began; always false for plain http.
  let hasReachedServer: Bool
  /// Whether a part of a response was received.
  let hasHead: Bool
  /// Whether the request was sent on a connection that had been used before.
  let isOnKeptConnection: Bool

  /// Whether the request may be repeated at once, because the server closed a kept connection, or ended it with
  /// GOAWAY (RFC 9113 section 6.8), without answering.
  var isUnprocessed: Bool {
    guard isOnKeptConnection, !hasHead else { return false }
    switch code {
    case CURLE_SEND_ERROR, CURLE_RECV_ERROR, CURLE_GOT_NOTHING, CURLE_HTTP2, CURLE_HTTP2_STREAM: return true
    default: return false
    }
  }

  /// Whether the connection ended before the body was complete.
  var isCut: Bool {
    switch code {
    case CURLE_PARTIAL_FILE: true
    case CURLE_RECV_ERROR: errnoCode == 0 && !text.contains("reset") && !text.contains("chunk")
    default: false
    }
  }

  /// The error for callers.
  func fetchError(url: RequestURL, limits: TransferLimits) -> FetchError {
    if proxyStatus == 407 { return .proxy(url: url, cause: .authenticationRequired) }
    if proxyStatus != 0, !(200...299).contains(proxyStatus) {
      return .proxy(url: url, cause: .badAnswer(status: proxyStatus))
    }
    if let cause = proxyCause { return .proxy(url: url, cause: cause) }
    switch code {
    case CURLE_COULDNT_RESOLVE_HOST: return .connect(url: url, cause: .nameNotFound)
    case CURLE_COULDNT_CONNECT: return .connect(url: url, cause: connectCause)
    case CURLE_OPERATION_TIMEDOUT: return .timeout(url: url, phase: .connect)
    case CURLE_PEER_FAILED_VERIFICATION: return .tls(url: url, cause: certificateCause)
    case CURLE_SSL_CONNECT_ERROR, CURLE_SSL_CIPHER, CURLE_SSL_CERTPROBLEM: return handshakeError(url)
    // libcurl's own limit for a single line is above ours and is reported as lack of memory.
    case CURLE_OUT_OF_MEMORY where !hasHead:
      return .headersTooLarge(url: url, limitBytes: limits.maxHeaderBytes)
    case CURLE_UNSUPPORTED_PROTOCOL: return .malformedResponse(url: url, cause: .notHTTP)
    case CURLE_WEIRD_SERVER_REPLY: return .malformedResponse(url: url, cause: .field)
    case CURLE_BAD_CONTENT_ENCODING: return .malformedResponse(url: url, cause: .framing)
    case CURLE_HTTP2, CURLE_HTTP2_STREAM: return .reset(url: url, cause: .stream)
    case CURLE_GOT_NOTHING: return .reset(url: url, cause: .closed)
    case CURLE_RECV_ERROR where text.contains("chunk"): return .malformedResponse(url: url, cause: .framing)
    case CURLE_RECV_ERROR, CURLE_SEND_ERROR:
      return .reset(url: url, cause: errnoCode == ECONNRESET || text.contains("reset") ? .byPeer : .closed)
    default: return .reset(url: url, cause: .unknown)
    }
  }

  private var connectCause: FetchError.ConnectCause {
    switch errnoCode {
    case ECONNREFUSED: .refused
    case ENETUNREACH, EHOSTUNREACH, EADDRNOTAVAIL, ENETDOWN, EHOSTDOWN: .unreachable
    case EMFILE, ENFILE: .tooManyOpenFiles
    case EPERM, EACCES: .notAllowed
    default: .failed
    }
  }

  /// What a SOCKS proxy answers that could not connect (RFC 1928 section 6); libcurl orders them by name.
  private static let socksReplies =
    Int(CURLPX_REPLY_ADDRESS_TYPE_NOT_SUPPORTED.rawValue)...Int(CURLPX_REPLY_UNASSIGNED.rawValue)

  /// Why there is no connection through the proxy; nil where there is none, or where it led to the server.
  private var proxyCause: FetchError.ProxyCause? {
    guard let proxy, !hasReachedServer else { return nil }
    switch code {
    case CURLE_COULDNT_RESOLVE_PROXY: return .unreachable(proxy: proxy, cause: .nameNotFound)
    case CURLE_COULDNT_CONNECT: return .unreachable(proxy: proxy, cause: connectCause)
    case CURLE_OPERATION_TIMEDOUT: return .silent(proxy: proxy)
    case CURLE_PROXY where proxyError == CURLPX_CLOSED.rawValue: return .closed(proxy: proxy)
    case CURLE_PROXY where Self.socksReplies.contains(proxyError): return .noRoute(proxy: proxy)
    case CURLE_PROXY: return .badAnswer(status: nil)
    // The proxy led to the server when a kept connection was made.
    case _ where isOnKeptConnection: return nil
    case CURLE_RECV_ERROR, CURLE_SEND_ERROR, CURLE_GOT_NOTHING: return .closed(proxy: proxy)
    default: return .badAnswer(status: nil)
    }
  }

  /// The `X509_V_ERR_...` codes about which a user can do something.
  private var certificateCause: FetchError.TLSCause {
    switch verifyResult {
    case 9: .notYetValid
    case 10: .expired
    // With no error of its own, the certificate was refused by libcurl's check of the host name.
    case 0, 62, 64: .wrongHost
    case 2, 19, 20, 21: .untrustedIssuer
    case 18: .selfSigned
    case 26: .wrongPurpose
    default: .unfit
    }
  }

  private func handshakeError(_ url: RequestURL) -> FetchError {
    // 1 means that the handshake ended before the certificate was checked.
    if verifyResult > 1 { return .tls(url: url, cause: certificateCause) }
    if text.contains("SSL_ERROR_SYSCALL") || text.contains("unexpected eof") {
      return .reset(url: url, cause: .inHandshake)
    }
    if text.contains("wrong version number") || text.contains("packet length")
      || text.contains("http request")
    {
      return .tls(url: url, cause: .notTLS)
    }
    if text.contains("protocol version") || text.contains("unsupported protocol") {
      return .tls(url: url, cause: .oldVersion)
    }
    return .tls(url: url, cause: .handshake)
  }
}
