/// Which texts are entity tags (RFC 9110 section 8.8.3).
enum EntityTag {
  static let maxBytes = 512

  /// Whether a text is `"..."` or `W/"..."` of visible characters.
  static func isValid(_ text: String) -> Bool {
    var bytes = text.utf8[...]
    guard bytes.count <= maxBytes else { return false }
    if bytes.starts(with: "W/".utf8) { bytes = bytes.dropFirst(2) }
    guard bytes.count >= 2, bytes.first == UInt8(ascii: "\""), bytes.last == UInt8(ascii: "\"") else {
      return false
    }
    return bytes.dropFirst().dropLast().allSatisfy { $0 == 0x21 || (0x23...0x7E).contains($0) }
  }

  /// Whether equal tags mean equal bytes, as far as that can be seen; `lastModified` is the header's text.
  ///
  /// nginx makes a tag of the second of the last change and the size. A manifest keeps its size from one version to the
  /// next, and builds that are to be reproducible, or two in one second, leave the same time: its clients would never
  /// see the new version. Other servers put more into a tag, but times from before the web are what such builds set.
  static func provesContent(_ tag: String, lastModified: String?) -> Bool {
    guard let lastModified, let seconds = HTTPDate.parse(lastModified) else { return true }
    guard seconds >= firstWebServer else { return false }
    let opaque = tag.hasPrefix("W/") ? tag.dropFirst(2) : tag[...]
    return !opaque.hasPrefix("\"\(String(seconds, radix: 16))-")
  }

  /// 1990-12-20 in seconds since 1970.
  private static let firstWebServer: Int64 = 661_651_200
}
