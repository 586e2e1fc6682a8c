import Formats
import RegistryModel

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Selects the proxy for an origin from the usual environment variables.
enum ProxySettings {
  enum Choice: Hashable, Sendable {
    case direct
    /// `credentials` is `user:password`, percent-decoded.
    case http(host: String, port: Int, credentials: String?)
    /// The proxy resolves names.
    case socks5(host: String, port: Int)

    /// The proxy as an option of libcurl; empty for none, as libcurl would otherwise read the environment.
    var curlText: String {
      switch self {
      case .direct: ""
      case .http: "http://\(address ?? "")"
      case .socks5: "socks5h://\(address ?? "")"
      }
    }

    /// The proxy as variables name it, without its login; nil for none.
    var url: String? {
      switch self {
      case .direct: nil
      case .http: address.map { "http://\($0)" }
      case .socks5: address.map { "socks5://\($0)" }
      }
    }

    /// `host:port`, an IPv6 address in brackets; nil for none.
    var address: String? {
      switch self {
      case .direct: nil
      case .http(let host, let port, _), .socks5(let host, let port):
        "\(host.contains(":") ? "[\(host)]" : host):\(port)"
      }
    }
  }

  /// Selects by `https_proxy`, `HTTPS_PROXY`, `all_proxy`, `ALL_PROXY`, `no_proxy`, `NO_PROXY`.
  ///
  /// Loopback hosts are never reached through a proxy. As plain http is allowed only for loopback (DESIGN section 5),
  /// `http_proxy` is never used.
  /// - Throws: `FetchError.proxy` for a setting that cannot be used: a direct connection instead could bypass a proxy
  ///   that is there for a reason.
  static func choose(for url: RequestURL, environment: [String: String]) throws(FetchError) -> Choice {
    guard url.scheme == "https", !isLoopback(url.host) else { return .direct }
    let names = ["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"]
    guard let name = names.first(where: { !(environment[$0] ?? "").isEmpty }), let value = environment[name]
    else { return .direct }
    let exceptions = environment["no_proxy"] ?? environment["NO_PROXY"] ?? ""
    if isExcepted(host: url.host, port: url.port, by: exceptions) { return .direct }
    guard let choice = parse(value) else { throw .proxy(url: url, cause: .invalidSetting(variable: name)) }
    return choice
  }

  static func isLoopback(_ host: String) -> Bool {
    let bare = withoutBrackets(host)
    return bare == "localhost" || bare.hasSuffix(".localhost") || bare == "::1"
      || isAddress(bare) && bare.hasPrefix("127.")
  }

  /// Parses `[http://][user:password@]host[:port]` or `socks5://host[:port]`, without a path.
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

  /// Whether `no_proxy` lists a host: comma-separated `*`, `host`, `.domain`, `*.domain`, each with optional port,
  /// and address ranges such as `10.0.0.0/8` (curl(1), NO_PROXY).
  static func isExcepted(host: String, port: Int, by list: String) -> Bool {
    let host = withoutBrackets(host)
    let address = addressBytes(host)
    return list.split(whereSeparator: { $0 == "," || $0 == " " || $0 == "\t" }).contains { entry in
      if entry == "*" { return true }
      if let address, let mark = entry.firstIndex(of: "/") {
        return isInRange(address, entry[..<mark], bits: entry[entry.index(after: mark)...])
      }
      guard
        let (name, entryPort) = splitHost(
          entry.hasPrefix("*.") ? entry.dropFirst() : entry,
          defaultPort: port
        ),
        entryPort == port
      else { return false }
      if let address { return addressBytes(name) == address }
      let domain = name.lowercased().drop { $0 == "." }
      return host == domain || host.hasSuffix("." + domain)
    }
  }

  private static func isInRange(_ address: [UInt8], _ start: Substring, bits: Substring) -> Bool {
    guard let start = addressBytes(withoutBrackets(String(start))), start.count == address.count,
      let bits = Int(bits), (0...start.count * 8).contains(bits)
    else { return false }
    let (whole, rest) = (bits / 8, bits % 8)
    guard address.prefix(whole) == start.prefix(whole) else { return false }
    return rest == 0 || (address[whole] ^ start[whole]) >> (8 - rest) == 0
  }

  /// The 4 or 16 bytes of an address without brackets; nil for a name.
  private static func addressBytes(_ text: String) -> [UInt8]? {
    for (family, count) in [(AF_INET, 4), (AF_INET6, 16)] {
      var bytes = [UInt8](repeating: 0, count: count)
      if inet_pton(family, text, &bytes) == 1 { return bytes }
    }
    return nil
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

  /// Whether a host is an address, in brackets or not.
  static func isAddress(_ host: String) -> Bool { addressBytes(withoutBrackets(host)) != nil }
}
