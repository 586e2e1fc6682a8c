import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import RegistryModel

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A failure of a connection in the words of `FetchError`, before it is known which URL it hit.
enum ConnectionFailure: Error, Hashable {
  case connect(FetchError.ConnectCause)
  case proxy(FetchError.ProxyCause)
  case tls(FetchError.TLSCause)
  /// The certificate was refused, and TLS does not say why; `TLSDiagnosis` finds out.
  case certificateRefused
  case timeout(FetchError.TimeoutPhase)
  /// The peer ended the connection before the response was complete.
  case cut
  case reset(detail: String)
  case headersTooLarge
  case malformed(detail: String)
  case shutDown

  /// Reads an error of NIO or NIOSSL.
  init(_ error: any Error) {
    switch error {
    case let error as HTTPParserError: self = .init(parserError: error)
    case is HeadersTooLarge: self = .headersTooLarge
    case let error as NIOHTTPDecoderError where error == .unsolicitedResponse:
      // It followed the response before on this connection; the request that it hit is not at fault.
      self = .reset(detail: "a response that nobody asked for")
    case let error as NIOHTTPDecoderError: self = .malformed(detail: "\(error)")
    case let error as NIOConnectionError: self = .init(connectionError: error)
    case let error as IOError: self = .init(errnoCode: error.errnoCode)
    case let error as NIOSSLExtraError where error == .failedToValidateHostname: self = .tls(.wrongHost)
    case let error as NIOSSLExtraError: self = .tls(.other(error.description))
    case NIOSSLError.uncleanShutdown: self = .cut
    case NIOSSLError.handshakeFailed(let error): self = .init(handshakeError: error)
    case NIOSSLError.unableToValidateCertificate, NIOSSLError.noCertificateToValidate:
      self = .certificateRefused
    case let error as NIOSSLError: self = .tls(.other("\(error)"))
    case let error as BoringSSLError: self = .init(handshakeError: error)
    case is ChannelError: self = .reset(detail: "\(error)")
    default: self = .reset(detail: "\(error)")
    }
  }

  private init(parserError: HTTPParserError) {
    switch parserError {
    case .invalidEOFState: self = .cut
    case .headerOverflow: self = .headersTooLarge
    default: self = .malformed(detail: parserError.debugDescription)
    }
  }

  private init(connectionError error: NIOConnectionError) {
    guard let last = error.connectionErrors.last else {
      self = .connect(.nameNotFound)
      return
    }
    self = .init(last.error)
    if case .reset(let detail) = self { self = .connect(.other(detail)) }
  }

  private init(errnoCode: CInt) {
    switch errnoCode {
    case ECONNREFUSED: self = .connect(.refused)
    case ENETUNREACH, EHOSTUNREACH, EADDRNOTAVAIL, ENETDOWN, EHOSTDOWN: self = .connect(.unreachable)
    case ETIMEDOUT: self = .timeout(.connect)
    case ECONNRESET, EPIPE: self = .reset(detail: "connection reset by peer")
    default: self = .reset(detail: "error number \(errnoCode)")
    }
  }

  private init(handshakeError error: BoringSSLError) {
    guard case .sslError(let stack) = error else {
      // A peer that hangs up in the handshake: worth another attempt, unlike a certificate.
      self = .reset(detail: "connection lost in the TLS handshake")
      return
    }
    let text = stack.map(\.description).joined(separator: ", ")
    self = text.contains("CERTIFICATE_VERIFY_FAILED") ? .certificateRefused : .tls(.other(text))
  }

  /// The error that callers get.
  func fetchError(url: RequestURL, maxHeaderBytes: Int) -> FetchError {
    switch self {
    case .connect(let cause): .connect(url: url, cause: cause)
    case .proxy(let cause): .proxy(url: url, cause: cause)
    case .tls(let cause): .tls(url: url, cause: cause)
    case .certificateRefused: .tls(url: url, cause: .untrustedIssuer)
    case .timeout(let phase): .timeout(url: url, phase: phase)
    case .cut: .reset(url: url, detail: "closed by the server")
    case .reset(let detail): .reset(url: url, detail: detail)
    case .headersTooLarge: .headersTooLarge(url: url, limitBytes: maxHeaderBytes)
    case .malformed(let detail): .malformedResponse(url: url, detail: detail)
    case .shutDown: .shutDown
    }
  }
}
