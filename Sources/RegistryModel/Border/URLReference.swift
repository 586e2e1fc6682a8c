import Formats

/// Resolves URI references such as those of `Location` headers (RFC 3986 section 5.2).
///
/// The result still has to be checked by `URLParser`.
enum URLReference {
  /// The target of a reference that a response from `base` contained.
  static func resolve(_ reference: String, against base: URLParts) -> String {
    let bytes = Array(reference.utf8)
    if let colon = bytes.firstIndex(where: { ":/?#".utf8.contains($0) }), bytes[colon] == UInt8(ascii: ":"),
      isScheme(bytes[..<colon])
    {
      return withoutDotSegments(inURL: bytes)
    }
    if bytes.starts(with: "//".utf8) {
      return withoutDotSegments(inURL: Array("\(base.scheme):".utf8) + bytes)
    }
    let pathEnd = bytes.firstIndex { $0 == UInt8(ascii: "?") || $0 == UInt8(ascii: "#") } ?? bytes.endIndex
    let suffix = String(decoding: bytes[pathEnd...], as: UTF8.self)
    let path = bytes[..<pathEnd]
    if path.isEmpty { return base.origin + base.path + suffix }
    if path.first == UInt8(ascii: "/") { return base.origin + withoutDotSegments(path) + suffix }
    // Section 5.2.3: the base's path up to and including its last slash.
    let basePath = Array(base.path.utf8)
    let folderEnd = basePath.lastIndex(of: UInt8(ascii: "/")).map { $0 + 1 } ?? 0
    return base.origin + withoutDotSegments((basePath[..<folderEnd] + path)[...]) + suffix
  }

  /// Scheme, host and port of a reference, as far as they can be read, and nothing that may be a secret.
  static func origin(of reference: String, against base: URLParts) -> String? {
    let bytes = Array(resolve(reference, against: base).utf8)
    guard let colon = bytes.firstIndex(of: UInt8(ascii: ":")), bytes[colon...].starts(with: "://".utf8)
    else { return nil }
    let scheme = String(decoding: bytes[..<colon], as: UTF8.self).lowercased()
    guard scheme == "https" || scheme == "http" else { return nil }
    let authority = bytes[(colon + 3)...].prefix { !"/?#\\".utf8.contains($0) }
    let host = authority.suffix(
      from: authority.lastIndex(of: UInt8(ascii: "@")).map { $0 + 1 } ?? authority.startIndex
    )
    let name = host.last == UInt8(ascii: "]") ? host : host.prefix { $0 != UInt8(ascii: ":") }
    // try?: what is not a host is not repeated.
    guard let normal = try? URLHost.normalize(name) else { return nil }
    let port = host[name.endIndex...]
    guard port.dropFirst().allSatisfy(ASCII.isDigit), port.count <= 6 else { return nil }
    return scheme + "://" + normal + String(decoding: port, as: UTF8.self)
  }

  /// Whether the bytes form a scheme (RFC 3986 section 3.1).
  static func isScheme(_ bytes: ArraySlice<UInt8>) -> Bool {
    guard let first = bytes.first, ASCII.isLetter(first) else { return false }
    return bytes.allSatisfy { ASCII.isLetterOrDigit($0) || "+-.".utf8.contains($0) }
  }

  /// Applies section 5.2.4 to the path of an absolute URL.
  private static func withoutDotSegments(inURL url: [UInt8]) -> String {
    let slash = UInt8(ascii: "/")
    let text = String(decoding: url, as: UTF8.self)
    guard let colon = url.firstIndex(of: UInt8(ascii: ":")), url[colon...].starts(with: "://".utf8),
      let pathStart = url[(colon + 3)...].firstIndex(where: { "/?#".utf8.contains($0) }),
      url[pathStart] == slash
    else { return text }
    let pathEnd = url[pathStart...].firstIndex { "?#".utf8.contains($0) } ?? url.endIndex
    return String(decoding: url[..<pathStart], as: UTF8.self) + withoutDotSegments(url[pathStart..<pathEnd])
      + String(decoding: url[pathEnd...], as: UTF8.self)
  }

  /// Section 5.2.4, segment by segment; the path begins with a slash.
  private static func withoutDotSegments(_ path: ArraySlice<UInt8>) -> String {
    var output: [ArraySlice<UInt8>] = []
    let segments = path.dropFirst().split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    for (index, segment) in segments.enumerated() {
      let isLast = index == segments.count - 1
      if segment.elementsEqual(".".utf8) {
        if isLast { output.append([]) }
      } else if segment.elementsEqual("..".utf8) {
        _ = output.popLast()
        if isLast { output.append([]) }
      } else {
        output.append(segment)
      }
    }
    return output.map { "/" + String(decoding: $0, as: UTF8.self) }.joined()
  }
}
