#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif
import CCurl
import RegistryModel

/// A libcurl transfer: its handle, its options, and the callbacks that pass data to an `HTTPExchange`.
///
/// Used only on the network thread.
final class HTTPTransfer {
  /// The inputs of a transfer.
  struct Request: Sendable {
    let url: RequestURL
    let fields: [String]
    let userAgent: String
    let proxy: ProxySettings.Choice
    let roots: TLSRoots?
    let certificateTime: CertificateTime
    let limits: TransferLimits
  }

  let exchange: HTTPExchange
  let handle: UnsafeMutableRawPointer
  private let proxy: ProxySettings.Choice
  private var head: ResponseHeadReader
  private var hasHead = false
  private var fields: UnsafeMutablePointer<curl_slist>?
  private let text = UnsafeMutableBufferPointer<CChar>.allocate(capacity: Int(CURL_ERROR_SIZE))
  private let host: UnsafeMutablePointer<CChar>?
  private let identity = UnsafeMutablePointer<ccurl_identity>.allocate(capacity: 1)
  private let roots: TLSRoots?
  /// Whether something arrived that was not announced to the reader yet.
  var hasNews = false

  /// Prepares a transfer; nil where libcurl is out of memory or refuses an option.
  init?(_ request: Request, _ exchange: HTTPExchange) {
    guard let handle = ccurl_easy_make() else { return nil }
    self.handle = handle
    self.exchange = exchange
    roots = request.roots
    proxy = request.proxy
    head = ResponseHeadReader(maxBytes: request.limits.maxHeaderBytes)
    host = strdup(request.url.bareHost)
    text.initialize(repeating: 0)
    identity.initialize(
      to: ccurl_identity(
        roots: request.roots?.pointer,
        host: host,
        is_address: ProxySettings.isAddress(request.url.host) ? 1 : 0,
        time: request.certificateTime.number,
        has_begun: 0
      )
    )
    guard host != nil, setOptions(request) else { return nil }
  }

  deinit {
    ccurl_easy_free(handle)
    ccurl_list_free(fields)
    text.deallocate()
    identity.deallocate()
    free(host)
  }

  /// The transfer of a libcurl handle.
  static func of(_ handle: UnsafeMutableRawPointer) -> HTTPTransfer? {
    ccurl_info_pointer(handle, CURLINFO_PRIVATE).map {
      Unmanaged<HTTPTransfer>.fromOpaque($0).takeUnretainedValue()
    }
  }

  /// Records how the transfer ended, given libcurl's code.
  func end(_ code: CURLcode) {
    // If this program ended the transfer, libcurl reports a failed write; the outcome is known then.
    guard code != CURLE_OK else { return exchange.responseEnded() }
    exchange.failed(
      TransferFailure(
        code: code,
        errnoCode: CInt(truncatingIfNeeded: max(0, ccurl_info_long(handle, CURLINFO_OS_ERRNO))),
        verifyResult: max(0, ccurl_info_long(handle, CURLINFO_SSL_VERIFYRESULT)),
        proxyStatus: max(0, ccurl_info_long(handle, CURLINFO_HTTP_CONNECTCODE)),
        text: String(cString: Array(text) + [0]),
        proxy: proxy.url,
        proxyError: max(0, ccurl_info_long(handle, CURLINFO_PROXY_ERROR)),
        hasReachedServer: identity.pointee.has_begun != 0,
        hasHead: hasHead,
        isOnKeptConnection: ccurl_info_long(handle, CURLINFO_NUM_CONNECTS) == 0
      )
    )
  }

  private func setOptions(_ request: Request) -> Bool {
    let isHTTPS = request.url.scheme == "https"
    for field in request.fields {
      guard let longer = ccurl_list_append(fields, field) else { return false }
      fields = longer
    }
    let numbers: [(CURLoption, Int)] = [
      (CURLOPT_NOSIGNAL, 1), (CURLOPT_PATH_AS_IS, 1), (CURLOPT_FOLLOWLOCATION, 0), (CURLOPT_QUICK_EXIT, 1),
      (CURLOPT_PROTOCOLS, isHTTPS ? Int(CURLPROTO_HTTPS) : Int(CURLPROTO_HTTP)),
      (CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_2TLS)), (CURLOPT_HTTP09_ALLOWED, 0),
      // Further requests wait until it is known whether the first connection can multiplex them.
      (CURLOPT_PIPEWAIT, isHTTPS ? 1 : 0),
      (CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2)), (CURLOPT_SSL_VERIFYPEER, 1),
      (CURLOPT_SSL_VERIFYHOST, 2),
      (CURLOPT_SUPPRESS_CONNECT_HEADERS, 1), (CURLOPT_BUFFERSIZE, 128 * 1024),
      (CURLOPT_CONNECTTIMEOUT_MS, request.limits.connectTimeout.wholeMilliseconds),
    ]
    let texts: [(CURLoption, String?)] = [
      (CURLOPT_URL, request.url.description), (CURLOPT_USERAGENT, request.userAgent),
      // `TLSRoots` holds the trusted roots; otherwise libcurl would read its own bundle for every connection.
      (CURLOPT_CAINFO, nil), (CURLOPT_CAPATH, nil),
      // `ProxySettings` decides about both; otherwise libcurl would read the environment itself.
      (CURLOPT_PROXY, request.proxy.curlText), (CURLOPT_NOPROXY, ""),
    ]
    return numbers.allSatisfy { ccurl_set_long(handle, $0.0, $0.1) == CURLE_OK }
      && texts.allSatisfy { ccurl_set_string(handle, $0.0, $0.1) == CURLE_OK }
      && setProxyCredentials(request.proxy) && setCallbacks(isHTTPS: isHTTPS)
  }

  private func setProxyCredentials(_ proxy: ProxySettings.Choice) -> Bool {
    guard case .http(_, _, let credentials?) = proxy else { return true }
    let parts = credentials.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    return ccurl_set_string(handle, CURLOPT_PROXYUSERNAME, String(parts[0])) == CURLE_OK
      && ccurl_set_string(handle, CURLOPT_PROXYPASSWORD, parts.count > 1 ? String(parts[1]) : "") == CURLE_OK
  }

  private func setCallbacks(isHTTPS: Bool) -> Bool {
    let context = Unmanaged.passUnretained(self).toOpaque()
    let pointers: [(CURLoption, UnsafeMutableRawPointer?)] = [
      (CURLOPT_PRIVATE, context), (CURLOPT_WRITEDATA, context), (CURLOPT_HEADERDATA, context),
      (CURLOPT_PREREQDATA, context), (CURLOPT_ERRORBUFFER, UnsafeMutableRawPointer(text.baseAddress)),
    ]
    return pointers.allSatisfy { ccurl_set_pointer(handle, $0.0, $0.1) == CURLE_OK }
      && ccurl_set_list(handle, CURLOPT_HTTPHEADER, fields) == CURLE_OK
      && ccurl_set_data_callback(handle, CURLOPT_HEADERFUNCTION, headerCallback) == CURLE_OK
      && ccurl_set_data_callback(handle, CURLOPT_WRITEFUNCTION, bodyCallback) == CURLE_OK
      && ccurl_set_request_callback(handle, requestCallback) == CURLE_OK
      && (!isHTTPS || ccurl_set_identity(handle, identity) == CURLE_OK)
  }

  fileprivate func takeHeader(_ line: UnsafeRawBufferPointer) -> HTTPExchange.Reception {
    do {
      guard let head = try head.take(line) else { return .taken }
      hasHead = true
      return exchange.headReceived(head)
    } catch {
      return exchange.headRefused(error)
    }
  }

  fileprivate func takeBody(_ bytes: UnsafeRawBufferPointer) -> HTTPExchange.Reception {
    hasNews = true
    return exchange.bodyReceived(bytes)
  }
}

// libcurl calls these with the pointer that it was given; a count other than the one offered ends the transfer.

private func headerCallback(
  _ bytes: UnsafeMutablePointer<CChar>?,
  _ size: Int,
  _ count: Int,
  _ context: UnsafeMutableRawPointer?
) -> Int {
  take(bytes, size * count, context) { $0.takeHeader($1) }
}

private func bodyCallback(
  _ bytes: UnsafeMutablePointer<CChar>?,
  _ size: Int,
  _ count: Int,
  _ context: UnsafeMutableRawPointer?
) -> Int {
  take(bytes, size * count, context) { $0.takeBody($1) }
}

/// Passes bytes to the transfer that a callback's context points to; returns how many were taken.
private func take(
  _ bytes: UnsafeMutablePointer<CChar>?,
  _ count: Int,
  _ context: UnsafeMutableRawPointer?,
  _ pass: (HTTPTransfer, UnsafeRawBufferPointer) -> HTTPExchange.Reception
) -> Int {
  guard let context else { return 0 }
  let transfer = Unmanaged<HTTPTransfer>.fromOpaque(context).takeUnretainedValue()
  // libcurl never offers zero bytes, so 0 always ends the transfer.
  return switch pass(transfer, UnsafeRawBufferPointer(start: bytes, count: count)) {
  case .taken: count
  case .over: 0
  }
}

private func requestCallback(
  _ context: UnsafeMutableRawPointer?,
  _: UnsafeMutablePointer<CChar>?,
  _: UnsafeMutablePointer<CChar>?,
  _: CInt,
  _: CInt
) -> CInt {
  guard let context else { return CInt(CURL_PREREQFUNC_ABORT) }
  Unmanaged<HTTPTransfer>.fromOpaque(context).takeUnretainedValue().exchange.requestSent()
  return CInt(CURL_PREREQFUNC_OK)
}

extension CertificateTime {
  /// As `ccurl_identity` has it.
  fileprivate var number: Int64 {
    switch self {
    case .now: Int64(CCURL_NOW)
    case .any: Int64(CCURL_ANY_TIME)
    case .at(let seconds): max(0, seconds)
    }
  }
}

extension Duration {
  /// In milliseconds, at least 1 and at most what libcurl accepts.
  fileprivate var wholeMilliseconds: Int {
    let (seconds, attoseconds) = components
    let whole = seconds.multipliedReportingOverflow(by: 1000)
    return whole.overflow
      ? Int(Int32.max)
      : Int(min(max(1, whole.partialValue + attoseconds / 1_000_000_000_000_000), Int64(Int32.max)))
  }
}
