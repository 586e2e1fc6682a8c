/// Finds out whether bytes that come in pieces are a text: valid UTF-8 (RFC 3629 section 4) without NUL.
package struct TextStream: Sendable {
  /// The number of bytes that the last character still lacks.
  private var missing = 0
  /// The range of the next of them: the second byte of some characters must not be any.
  private var expected: ClosedRange<UInt8> = 0x80...0xBF

  /// Whether nothing so far shows that it is no text.
  package private(set) var isTextSoFar = true

  package init() {}

  /// Whether all that was added is a text, its last character whole.
  package var isText: Bool { isTextSoFar && missing == 0 }

  /// Adds the next bytes.
  package mutating func append(_ bytes: RawSpan) {
    guard isTextSoFar else { return }
    bytes.withUnsafeBytes { buffer in
      var offset = 0
      while offset < buffer.count, isTextSoFar {
        if missing == 0, offset + 8 <= buffer.count,
          Self.isPlain(buffer.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
        {
          offset += 8
        } else {
          take(buffer[offset])
          offset += 1
        }
      }
    }
  }

  /// Whether eight bytes are ASCII without NUL, which most of a text is.
  private static func isPlain(_ word: UInt64) -> Bool {
    let high: UInt64 = 0x8080_8080_8080_8080
    // Without a high bit in any byte, subtracting one from each sets the high bit of those that are zero.
    return word & high == 0 && (word &- 0x0101_0101_0101_0101) & high == 0
  }

  private mutating func take(_ byte: UInt8) {
    if missing > 0 {
      isTextSoFar = expected.contains(byte)
      missing -= 1
      expected = 0x80...0xBF
    } else if byte >= 0x80 {
      guard let shape = UTF8Check.shape(of: byte) else {
        isTextSoFar = false
        return
      }
      (missing, expected) = (shape.length - 1, shape.second)
    } else {
      isTextSoFar = byte != 0
    }
  }
}
