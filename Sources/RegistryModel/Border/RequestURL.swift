/// A URL that may be requested; every request and every redirect target is checked by this type.
///
/// The rules are those of DESIGN section 5, but the path may end with any name. Equal values are equal requests, as
/// the URL is normalised.
package struct RequestURL: Hashable, Sendable, CustomStringConvertible {
  let parts: URLParts

  /// Checks an absolute URL.
  ///
  /// - Throws: `URLProblem`, for the first rule that is broken.
  package init(parsing rawURL: String, allowHTTPLocalhost: Bool) throws(URLProblem) {
    parts = try URLParser.parse(rawURL, allowHTTPLocalhost: allowHTTPLocalhost)
  }

  /// Resolves a `Location` value against the URL of the response, then checks the result.
  ///
  /// The value is any URI reference (RFC 9110 section 10.2.2); it is resolved by RFC 3986 section 5.2. The caller
  /// decides with `isSameOrigin(as:)` whether the redirect is followed.
  ///
  /// - Throws: `URLProblem`, for the first rule that is broken; offsets are those in the resolved URL.
  package init(
    parsing rawReference: String,
    relativeTo base: RequestURL,
    allowHTTPLocalhost: Bool
  ) throws(URLProblem) {
    if rawReference.isEmpty { throw .empty }
    let count = rawReference.utf8.count
    guard count <= Limits.maxURLBytes else { throw .tooLong(bytes: count, limit: Limits.maxURLBytes) }
    let resolved = URLReference.resolve(rawReference, against: base.parts)
    parts = try URLParser.parse(resolved, allowHTTPLocalhost: allowHTTPLocalhost)
  }

  /// The origin to which a `Location` value leads, for messages; nil where it cannot be told.
  ///
  /// The value itself may hold a password or a token.
  package func originForMessages(of rawReference: String) -> String? {
    guard rawReference.utf8.count <= Limits.maxURLBytes else { return nil }
    return URLReference.origin(of: rawReference, against: parts)
  }

  /// Takes parts that were checked before; only the length is checked again.
  init(_ parts: URLParts) throws(URLProblem) {
    try URLParser.checkLength(of: parts)
    self.parts = parts
  }

  /// The URL with its last segment replaced by a percent-encoded relative path.
  func sibling(_ encodedPath: String) throws(URLProblem) -> RequestURL {
    var target = parts
    let lastSegment = parts.path.utf8.reversed().prefix { $0 != UInt8(ascii: "/") }.count
    target.path = String(parts.path.dropLast(lastSegment)) + encodedPath
    return try RequestURL(target)
  }

  /// The normalised URL in ASCII.
  package var description: String { parts.description }

  /// `https`, or `http` for a loopback host.
  package var scheme: String { parts.scheme }

  /// The host in lower case; an IPv6 address is in brackets.
  package var host: String { parts.host }

  /// The port, also if the URL does not state it.
  package var port: Int { parts.port }

  /// The percent-encoded path with its first slash: the target of the request line.
  package var path: String { parts.path }

  /// Whether scheme, host and port are the same (RFC 6454 section 5); other redirects are not followed.
  package func isSameOrigin(as other: RequestURL) -> Bool {
    scheme == other.scheme && host == other.host && port == other.port
  }
}
