import Formats

/// The parts of an absolute URL in normal form.
struct URLParts: Hashable, Sendable {
  /// `https` or `http`.
  var scheme: String
  /// In lower case; an IPv6 address is in brackets.
  var host: String
  /// The port, also if the URL does not state it.
  var port: Int
  /// Begins with `/`; ASCII, with escapes in upper case and only where needed.
  var path: String

  static func defaultPort(of scheme: String) -> Int { scheme == "https" ? 443 : 80 }

  /// Scheme and host, and the port unless it is the scheme's default.
  var origin: String {
    scheme + "://" + host + (port == Self.defaultPort(of: scheme) ? "" : ":\(port)")
  }

  var description: String { origin + path }
}

/// Parses absolute URLs by the rules of DESIGN section 5 that apply to every request.
///
/// It works on bytes and is strict on purpose: library parsers repair malformed URLs, and a repaired URL is not the
/// one that a person reviewed.
struct URLParser {
  private let bytes: [UInt8]

  /// Checks the text and returns its parts in normal form.
  static func parse(_ text: String, allowHTTPLocalhost: Bool) throws(URLProblem) -> URLParts {
    let bytes = Array(text.utf8)
    if bytes.isEmpty { throw .empty }
    guard bytes.count <= Limits.maxURLBytes else {
      throw .tooLong(bytes: bytes.count, limit: Limits.maxURLBytes)
    }
    try checkCharacters(of: text)
    let parts = try URLParser(bytes: bytes).parse(allowHTTPLocalhost: allowHTTPLocalhost)
    try checkLength(of: parts)
    return parts
  }

  /// Escaping makes a URL longer, so the limit is also applied to the form that is stored and requested.
  static func checkLength(of parts: URLParts) throws(URLProblem) {
    let count = parts.description.utf8.count
    guard count <= Limits.maxURLBytes else { throw .tooLong(bytes: count, limit: Limits.maxURLBytes) }
  }

  /// Refuses characters that are not allowed in any part of a URL; square brackets are checked with host and path.
  private static func checkCharacters(of text: String) throws(URLProblem) {
    var offset = 0
    for scalar in text.unicodeScalars {
      switch scalar {
      case "?": throw .query(offset: offset)
      case "#": throw .fragment(offset: offset)
      case "\"", "'", "`", "\\", "$", ";", "&", "|", "<", ">", "(", ")", "*", "{", "}", "^":
        throw .forbiddenCharacter(scalar, offset: offset)
      default:
        if scalar.properties.isWhitespace { throw .whitespace(offset: offset) }
        if UnicodeRules.refusal(of: scalar) != nil { throw .controlCharacter(offset: offset) }
      }
      offset += UTF8.width(scalar)
    }
  }

  private func parse(allowHTTPLocalhost: Bool) throws(URLProblem) -> URLParts {
    let schemeEnd = try findSchemeEnd()
    let scheme = String(decoding: bytes[..<schemeEnd], as: UTF8.self).lowercased()
    guard scheme == "https" || scheme == "http" else { throw .schemeNotAllowed(scheme) }
    let rest = bytes[(schemeEnd + 3)...]
    let pathStart = rest.firstIndex(of: UInt8(ascii: "/")) ?? bytes.endIndex
    let (host, port) = try parseAuthority(rest[..<pathStart])
    if scheme == "http" {
      guard URLHost.isLoopback(host) else { throw .plainHTTPNotLoopback(host: host) }
      guard allowHTTPLocalhost else { throw .plainHTTPNotEnabled(host: host) }
    }
    guard pathStart < bytes.endIndex else { throw .noPath }
    return URLParts(
      scheme: scheme,
      host: host,
      port: port ?? URLParts.defaultPort(of: scheme),
      path: try normalizePath(from: pathStart)
    )
  }

  private func findSchemeEnd() throws(URLProblem) -> Int {
    guard let end = bytes.firstIndex(of: UInt8(ascii: ":")), URLReference.isScheme(bytes[..<end]),
      bytes[end...].starts(with: "://".utf8)
    else { throw .notAbsolute }
    return end
  }

  private func parseAuthority(_ authority: ArraySlice<UInt8>) throws(URLProblem) -> (host: String, port: Int?)
  {
    if authority.contains(UInt8(ascii: "@")) { throw .userInfo }
    if let offset = authority.firstIndex(where: { $0 >= 0x80 }) { throw .hostNotASCII(offset: offset) }
    let closing = authority.lastIndex(of: UInt8(ascii: "]")) ?? authority.startIndex
    guard let colon = authority[closing...].firstIndex(of: UInt8(ascii: ":")) else {
      return (try URLHost.normalize(authority), nil)
    }
    let digits = authority[(colon + 1)...]
    let host = try URLHost.normalize(authority[..<colon])
    guard (1...5).contains(digits.count), digits.allSatisfy(ASCII.isDigit), digits.first != UInt8(ascii: "0")
    else { throw .badPort }
    let port = digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
    guard port <= 65535 else { throw .badPort }
    return (host, port)
  }

  /// Checks every segment; only the last one may be empty.
  private func normalizePath(from start: Int) throws(URLProblem) -> String {
    var path: [UInt8] = []
    var segmentStart = start + 1
    while true {
      let segmentEnd = bytes[segmentStart...].firstIndex(of: UInt8(ascii: "/")) ?? bytes.endIndex
      path.append(UInt8(ascii: "/"))
      if segmentStart == segmentEnd && segmentEnd < bytes.endIndex {
        throw .emptySegment(offset: segmentStart)
      }
      let segment = try normalizeSegment(segmentStart..<segmentEnd)
      if segment == [0x2E] || segment == [0x2E, 0x2E] { throw .dotSegment(offset: segmentStart) }
      path += segment
      guard segmentEnd < bytes.endIndex else { return String(decoding: path, as: UTF8.self) }
      segmentStart = segmentEnd + 1
    }
  }

  /// RFC 3986 section 6.2.2: escapes are in upper case, and unreserved bytes are not escaped.
  private func normalizeSegment(_ range: Range<Int>) throws(URLProblem) -> [UInt8] {
    var segment: [UInt8] = []
    var index = range.lowerBound
    while index < range.upperBound {
      let byte = bytes[index]
      switch byte {
      case UInt8(ascii: "%"):
        let value = try escapedByte(at: index, before: range.upperBound)
        if ASCII.isUnreserved(value) {
          segment.append(value)
        } else {
          ASCII.appendEscape(of: value, to: &segment)
        }
        index += 2
      case UInt8(ascii: "["), UInt8(ascii: "]"):
        throw .forbiddenCharacter(Unicode.Scalar(byte), offset: index)
      case 0x80...: ASCII.appendEscape(of: byte, to: &segment)
      default: segment.append(byte)
      }
      index += 1
    }
    return segment
  }

  private func escapedByte(at index: Int, before end: Int) throws(URLProblem) -> UInt8 {
    guard index + 2 < end, let high = ASCII.hexValue(bytes[index + 1]),
      let low = ASCII.hexValue(bytes[index + 2])
    else { throw .badEscape(offset: index) }
    let value = high << 4 | low
    switch value {
    case 0..<0x20, 0x7F, UInt8(ascii: "/"), UInt8(ascii: "\\"):
      throw .forbiddenEscape(byte: value, offset: index)
    default: return value
    }
  }
}
