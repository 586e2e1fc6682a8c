import Formats
import ObjectStore

/// The identity of a key: the SHA-256 of a public key's SPKI DER, as 64 lower-case hex digits.
///
/// The project's own key has no public half; `ProjectKey.fingerprint` defines its fingerprint.
package struct KeyFingerprint: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// The 64 digits.
  package let description: String

  /// Reads exactly 64 lower-case hex digits; nil for anything else.
  package init?(hex text: String) {
    guard TextProblem.Shape.sha256.matches(text) else { return nil }
    description = text
  }

  init(ofSPKI der: [UInt8]) {
    description = ObjectID(hashing: der).description
  }

  init(bytes: [UInt8]) {
    description = LowerHex.encode(bytes)
  }

  /// The first 16 digits in groups of four, for display only: they do not identify a key.
  package var abbreviated: String {
    let digits = Array(description.utf8.prefix(16))
    return stride(from: 0, to: digits.count, by: 4)
      .map { String(decoding: digits[$0..<$0 + 4], as: UTF8.self) }.joined(separator: " ")
  }

  package static func < (left: Self, right: Self) -> Bool { left.description < right.description }
}

/// Encodes bytes as lower-case hex digits and decodes them.
enum LowerHex {
  static func encode(_ bytes: [UInt8]) -> String {
    let digits = Array("0123456789abcdef".utf8)
    return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
  }

  /// Decodes hex digits; nil for an odd count, an upper-case digit or any other character.
  static func decode(_ digits: [UInt8]) -> [UInt8]? {
    guard digits.count % 2 == 0 else { return nil }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(digits.count / 2)
    for index in stride(from: 0, to: digits.count, by: 2) {
      let isUpperCase = [digits[index], digits[index + 1]].contains { (0x41...0x46).contains($0) }
      guard !isUpperCase, let high = ASCII.hexValue(digits[index]),
        let low = ASCII.hexValue(digits[index + 1])
      else { return nil }
      bytes.append(high << 4 | low)
    }
    return bytes
  }
}
