import Formats

/// The address of a registry's `catalog.yaml`, proven and normalised (DESIGN section 5, "URLs").
///
/// Scheme and host are in lower case, the default port is left out, `catalog.yaml` is spelled out, bytes
/// outside ASCII and escapes have their one percent-encoded form. Two sources are the same if these are
/// equal.
package struct RegistryURL: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// Where `catalog.yaml` is requested.
  package let catalogURL: RequestURL

  /// Where `manifest.json` is requested.
  package let manifestURL: RequestURL

  /// Checks a URL from outside.
  ///
  /// - Parameters:
  ///   - rawURL: ends in `/catalog.yaml`, or in `/`, which then gets `catalog.yaml` appended.
  ///   - allowHTTPLocalhost: the policy's `allow_http_localhost`.
  /// - Throws: `URLProblem`, the first rule that is broken.
  package init(parsing rawURL: String, allowHTTPLocalhost: Bool) throws(URLProblem) {
    var parts = try URLParser.parse(rawURL, allowHTTPLocalhost: allowHTTPLocalhost)
    if parts.path.hasSuffix("/") { parts.path += "catalog.yaml" }
    guard parts.path.hasSuffix("/catalog.yaml") else { throw .notCatalog }
    catalogURL = try RequestURL(parts)
    // A byte longer than the catalog's, so a registry is only accepted if its manifest can be requested.
    manifestURL = try catalogURL.sibling("manifest.json")
  }

  /// The normalised URL, ASCII only; its SHA-256 names the ref under `refs/sources`.
  package var description: String { catalogURL.description }

  /// `https`, or `http` to this machine.
  package var scheme: String { catalogURL.scheme }

  /// The host in lower case; an IPv6 address stands in brackets.
  package var host: String { catalogURL.host }

  /// The port in effect, also where the URL does not name one.
  package var port: Int { catalogURL.port }

  /// Whether requests go to this machine over plain http.
  package var isLoopbackHTTP: Bool { scheme == "http" }

  /// The URL of the folder that holds the registry, with its last slash.
  package var baseFolder: String { String(description.dropLast("catalog.yaml".utf8.count)) }

  /// Where a file of the manifest is requested.
  ///
  /// Each component is percent-encoded: unreserved characters of RFC 3986 section 2.3 stay, all other
  /// bytes become `%XX` in upper case.
  ///
  /// - Throws: `URLProblem.tooLong`; folder and path together may pass the limit for URLs.
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
