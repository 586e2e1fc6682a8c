/// A URL that may be requested: every request and every redirect target is checked as one.
///
/// It obeys the rules of DESIGN section 5 except that the path may end in any name. In normal form, so
/// equal values are equal requests.
package struct RequestURL: Hashable, Sendable, CustomStringConvertible {
  let parts: URLParts

  /// Checks an absolute URL.
  ///
  /// - Throws: `URLProblem`, the first rule that is broken.
  package init(parsing rawURL: String, allowHTTPLocalhost: Bool) throws(URLProblem) {
    parts = try URLParser.parse(rawURL, allowHTTPLocalhost: allowHTTPLocalhost)
  }

  /// Resolves a `Location` value against the URL that answered with it, then checks the result.
  ///
  /// The value is any URI reference (RFC 9110 section 10.2.2); it is resolved by RFC 3986 section 5.2.
  /// Whether the target may be followed is for the caller to ask with `isSameOrigin(as:)`.
  ///
  /// - Throws: `URLProblem`, the first rule that is broken; offsets count in the resolved URL.
  package init(
    parsing rawReference: String,
    relativeTo base: RequestURL,
    allowHTTPLocalhost: Bool
  ) throws(URLProblem) {
    if rawReference.isEmpty { throw .empty }
    let count = rawReference.utf8.count
    guard count <= URLParser.maxBytes else { throw .tooLong(bytes: count, limit: URLParser.maxBytes) }
    let resolved = URLReference.resolve(rawReference, against: base.parts)
    parts = try URLParser.parse(resolved, allowHTTPLocalhost: allowHTTPLocalhost)
  }

  /// Takes parts made from values that were checked before; the length is checked again.
  init(_ parts: URLParts) throws(URLProblem) {
    try URLParser.checkLength(of: parts)
    self.parts = parts
  }

  /// The URL of another file: the last segment is replaced by a percent-encoded relative path.
  func sibling(_ encodedPath: String) throws(URLProblem) -> RequestURL {
    var target = parts
    let lastSegment = parts.path.utf8.reversed().prefix { $0 != UInt8(ascii: "/") }.count
    target.path = String(parts.path.dropLast(lastSegment)) + encodedPath
    return try RequestURL(target)
  }

  /// The normalised URL, ASCII only.
  package var description: String { parts.description }

  /// `https`, or `http` to this machine.
  package var scheme: String { parts.scheme }

  /// The host in lower case; an IPv6 address stands in brackets.
  package var host: String { parts.host }

  /// The port in effect, also where the URL does not name one.
  package var port: Int { parts.port }

  /// The path from its first slash, percent-encoded: the target of the request line.
  package var path: String { parts.path }

  /// Whether scheme, host and port are the same (RFC 6454 section 5); only then a redirect is followed.
  package func isSameOrigin(as other: RequestURL) -> Bool {
    scheme == other.scheme && host == other.host && port == other.port
  }
}
