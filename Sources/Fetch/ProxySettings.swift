import Formats
import RegistryModel

/// The proxy for an origin, as the usual environment variables name it.
enum ProxySettings {
  enum Choice: Hashable, Sendable {
    case direct
    /// `credentials` is `user:password`, percent-decoded.
    case http(host: String, port: Int, credentials: String?)
    case socks5(host: String, port: Int)
  }

  /// Chooses by `https_proxy`, `HTTPS_PROXY`, `all_proxy`, `ALL_PROXY`, `no_proxy`, `NO_PROXY`.
  ///
  /// Loopback never goes through a proxy; as plain http is for loopback only (DESIGN section 5),
  /// `http_proxy` never applies.
  /// - Throws: `FetchError.proxy` for a setting that cannot be used: falling back to a direct connection
  ///   would be a surprise where the proxy is there for a reason.
  static func choose(for url: RequestURL, environment: [String: String]) throws(FetchError) -> Choice {
    guard url.scheme == "https", !isLoopback(url.host) else { return .direct }
    let names = ["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"]
    guard let name = names.first(where: { !(environment[$0] ?? "").isEmpty }), let value = environment[name]
    else { return .direct }
    let exceptions = environment["no_proxy"] ?? environment["NO_PROXY"] ?? ""
    if isExcepted(host: url.host, port: url.port, by: exceptions) { return .direct }
    guard !isAddress(url.host) else { throw .proxy(url: url, cause: .addressInsteadOfName) }
    guard let choice = parse(value) else { throw .proxy(url: url, cause: .invalidSetting(variable: name)) }
    return choice
  }

  static func isLoopback(_ host: String) -> Bool {
    let bare = withoutBrackets(host)
    return bare == "localhost" || bare.hasSuffix(".localhost") || bare == "::1"
      || isAddress(bare) && bare.hasPrefix("127.")
  }

  /// Reads `[http://][user:password@]host[:port]` or `socks5://host[:port]`, without path.
  static func parse(_ text: String) -> Choice? {
    var rest = text[...]
    var isSOCKS = false
    if let mark = rest.firstRange(of: "://") {
      let scheme = rest[..<mark.lowerBound].lowercased()
      guard ["http", "socks5", "socks5h"].contains(scheme) else { return nil }
      isSOCKS = scheme != "http"
      rest = rest[mark.upperBound...]
    }
    if rest.last == "/" { rest = rest.dropLast() }
    var credentials: String?
    if let mark = rest.lastIndex(of: "@") {
      guard !isSOCKS, let decoded = PercentCoding.decode(rest[..<mark]), decoded.contains(":") else {
        return nil
      }
      credentials = decoded
      rest = rest[rest.index(after: mark)...]
    }
    guard let (host, port) = splitHost(rest, defaultPort: isSOCKS ? 1080 : 80) else { return nil }
    return isSOCKS ? .socks5(host: host, port: port) : .http(host: host, port: port, credentials: credentials)
  }

  /// Whether `no_proxy` (comma separated; `*`, `host`, `.domain`, each with optional port) names a host.
  static func isExcepted(host: String, port: Int, by list: String) -> Bool {
    let host = withoutBrackets(host)
    return list.split(whereSeparator: { $0 == "," || $0 == " " }).contains { entry in
      if entry == "*" { return true }
      guard let (name, entryPort) = splitHost(entry, defaultPort: port), entryPort == port else {
        return false
      }
      let domain = name.lowercased().drop { $0 == "." }
      return host == domain || !isAddress(host) && host.hasSuffix("." + domain)
    }
  }

  private static func splitHost(_ text: Substring, defaultPort: Int) -> (host: String, port: Int)? {
    var host = text
    var port = defaultPort
    let colons = text.filter { $0 == ":" }.count
    if let mark = text.lastIndex(of: ":"), colons == 1 || text[..<mark].hasSuffix("]") {
      guard let number = Int(text[text.index(after: mark)...]), (1...65535).contains(number) else {
        return nil
      }
      port = number
      host = text[..<mark]
    }
    let bare = withoutBrackets(String(host))
    let isName = bare.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"),
        UInt8(ascii: ":"):
        true
      default: false
      }
    }
    return bare.isEmpty || !isName ? nil : (bare, port)
  }

  private static func withoutBrackets(_ host: String) -> String {
    host.hasPrefix("[") && host.hasSuffix("]") ? String(host.dropFirst().dropLast()) : host
  }

  private static func isAddress(_ host: String) -> Bool {
    let bare = withoutBrackets(host)
    if bare.contains(":") { return true }
    let parts = bare.split(separator: ".", omittingEmptySubsequences: false)
    return parts.count == 4 && parts.allSatisfy { UInt8($0) != nil }
  }
}
