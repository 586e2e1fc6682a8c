/// Request line and header fields of an HTTP/1 request (RFC 9112 sections 3 and 5).
struct RequestHead: Hashable, Sendable {
  let method: String
  /// As sent, not decoded.
  let target: String
  /// The minor version of HTTP/1.
  let minorVersion: Int
  private let fields: [Field]

  private struct Field: Hashable, Sendable {
    /// In lower case.
    let name: String
    let value: String
  }

  /// Parses the bytes before the empty line; nil for anything that RFC 9112 does not allow.
  ///
  /// Nothing is repaired: a line that could be read in two ways is refused.
  init?(parsing bytes: ArraySlice<UInt8>) {
    guard let lines = Self.splitLines(bytes), let requestLine = lines.first else { return nil }
    let parts = requestLine.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
    guard parts.count == 3, let version = Self.minorVersions[Array(parts[2])],
      !parts[0].isEmpty, parts[0].allSatisfy(Self.isTokenByte),
      !parts[1].isEmpty, parts[1].allSatisfy({ (0x21...0x7E).contains($0) })
    else { return nil }
    method = String(decoding: parts[0], as: UTF8.self)
    target = String(decoding: parts[1], as: UTF8.self)
    minorVersion = version
    var fields: [Field] = []
    for line in lines.dropFirst() {
      guard let field = Self.parseField(line) else { return nil }
      fields.append(field)
    }
    self.fields = fields
  }

  /// The values of all fields with this name, which is in lower case, in order.
  func values(_ name: String) -> [String] {
    fields.filter { $0.name == name }.map(\.value)
  }

  /// The members of a list field (RFC 9110 section 5.6.1), without surrounding spaces.
  func members(_ name: String) -> [String] {
    values(name).flatMap { $0.utf8.split(separator: UInt8(ascii: ",")) }.map {
      String(decoding: Self.trim(ArraySlice(Array($0))), as: UTF8.self)
    }
  }

  /// Whether the client wants to keep the connection (RFC 9112 section 9.3).
  var keepsAlive: Bool {
    let options = members("connection").map { $0.lowercased() }
    return !options.contains("close") && (minorVersion >= 1 || options.contains("keep-alive"))
  }

  /// Whether a body follows the head.
  var hasBody: Bool {
    !values("transfer-encoding").isEmpty || values("content-length").contains { $0 != "0" }
  }

  private static let minorVersions = [Array("HTTP/1.1".utf8): 1, Array("HTTP/1.0".utf8): 0]

  /// Splits at CRLF; nil if a line has a control character other than the tab.
  private static func splitLines(_ bytes: ArraySlice<UInt8>) -> [ArraySlice<UInt8>]? {
    var lines: [ArraySlice<UInt8>] = []
    var rest = bytes
    while let end = rest.firstRange(of: [0x0D, 0x0A]) {
      lines.append(rest[..<end.lowerBound])
      rest = rest[end.upperBound...]
    }
    lines.append(rest)
    let areClean = lines.allSatisfy { $0.allSatisfy { ($0 >= 0x20 && $0 != 0x7F) || $0 == 0x09 } }
    return areClean ? lines : nil
  }

  private static func parseField(_ line: ArraySlice<UInt8>) -> Field? {
    guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { return nil }
    let name = line[..<colon]
    guard !name.isEmpty, name.allSatisfy(isTokenByte),
      let value = String(validating: trim(line[(colon + 1)...]), as: UTF8.self)
    else { return nil }
    return Field(name: String(decoding: name, as: UTF8.self).lowercased(), value: value)
  }

  private static func trim(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    var rest = bytes.drop(while: isSpace)
    while let last = rest.last, isSpace(last) { rest = rest.dropLast() }
    return rest
  }

  private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }

  /// Whether the byte may be in a token (RFC 9110 section 5.6.2).
  private static func isTokenByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "a")...UInt8(ascii: "z"):
      true
    default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
    }
  }
}
