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
}
