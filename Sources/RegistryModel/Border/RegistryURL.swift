import Formats

/// The URL of a registry's `catalog.yaml`, checked and normalised (DESIGN section 5, "URLs").
///
/// Scheme and host are in lower case, the default port is omitted, `catalog.yaml` is included, and bytes outside
/// ASCII and escapes have their only percent-encoded form. Two sources are the same if these URLs are equal.
package struct RegistryURL: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// The URL of `catalog.yaml`.
  package let catalogURL: RequestURL

  /// The URL of `manifest.json`.
  package let manifestURL: RequestURL

  /// Checks a URL from outside.
  ///
  /// - Parameters:
  ///   - rawURL: Ends with `/catalog.yaml`, or with `/`, to which `catalog.yaml` is appended.
  ///   - allowHTTPLocalhost: The policy's `allow_http_localhost`.
  /// - Throws: `URLProblem`, for the first rule that is broken.
  package init(parsing rawURL: String, allowHTTPLocalhost: Bool) throws(URLProblem) {
    var parts = try URLParser.parse(rawURL, allowHTTPLocalhost: allowHTTPLocalhost)
    if parts.path.hasSuffix("/") { parts.path += "catalog.yaml" }
    guard parts.path.hasSuffix("/catalog.yaml") else { throw .notCatalog }
    catalogURL = try RequestURL(parts)
    // It is one byte longer than the catalog's URL, so its length has to be checked too.
    manifestURL = try catalogURL.sibling("manifest.json")
  }

  /// The registry with the manifest at this URL.
  ///
  /// - Throws: `URLProblem.notCatalog` for a URL that does not end in `/manifest.json`.
  package init(ofManifest url: RequestURL) throws(URLProblem) {
    guard url.path.hasSuffix("/manifest.json") else { throw .notCatalog }
    catalogURL = try url.sibling("catalog.yaml")
    manifestURL = url
  }

  /// The normalised URL in ASCII; its SHA-256 names the ref in `refs/sources`.
  package var description: String { catalogURL.description }

  /// `https`, or `http` for a loopback host.
  package var scheme: String { catalogURL.scheme }

  /// The host in lower case; an IPv6 address is in brackets.
  package var host: String { catalogURL.host }

  /// The port, also if the URL does not state it.
  package var port: Int { catalogURL.port }

  /// Whether requests use plain http to a loopback host.
  package var isLoopbackHTTP: Bool { scheme == "http" }

  /// The URL of the registry's folder, with its final slash.
  package var baseFolder: String { String(description.dropLast("catalog.yaml".utf8.count)) }

  /// The URL of a file of the manifest.
  ///
  /// Each component is percent-encoded: the unreserved characters of RFC 3986 section 2.3 stay, all other bytes
  /// become `%XX` in upper case.
  ///
  /// - Throws: `URLProblem.tooLong`, as folder and path together may be longer than the limit for URLs.
  package func requestURL(for path: ManifestPath) throws(URLProblem) -> RequestURL {
    var encoded: [UInt8] = []
    for byte in path.description.utf8 {
      if ASCII.isUnreserved(byte) || byte == UInt8(ascii: "/") {
        encoded.append(byte)
      } else {
        ASCII.appendEscape(of: byte, to: &encoded)
      }
    }
    return try catalogURL.sibling(String(decoding: encoded, as: UTF8.self))
  }

  /// Orders by the bytes of the normalised URL.
  package static func < (lhs: Self, rhs: Self) -> Bool { lhs.description < rhs.description }
}
