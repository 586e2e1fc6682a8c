/// Validates entity tags (RFC 9110 section 8.8.3).
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

  /// Whether equal tags prove equal bytes, as far as the headers show; `lastModified` is the header's text.
  ///
  /// nginx builds a tag from the time of the last change in seconds and the size. A manifest has the same size in
  /// many versions, and reproducible builds, or two builds within one second, have the same time: clients would never
  /// get the new version. Other servers put more into a tag, but reproducible builds set times from before the web
  /// existed, so such a time proves nothing.
  static func provesContent(_ tag: String, lastModified: String?) -> Bool {
    guard let lastModified, let seconds = HTTPDate.parse(lastModified) else { return true }
    guard seconds >= firstWebServer else { return false }
    let opaque = tag.hasPrefix("W/") ? tag.dropFirst(2) : tag[...]
    return !opaque.hasPrefix("\"\(String(seconds, radix: 16))-")
  }

  /// 1990-12-20 in seconds since 1970.
  private static let firstWebServer: Int64 = 661_651_200
}
