/// The name of an object: the SHA-256 of its payload (DESIGN section 3.1).
///
/// Written as 64 lower-case hexadecimal digits; the order is the order of these digits.
package struct ObjectID: Hashable, Comparable, Sendable, CustomStringConvertible {
  // Four big-endian words: they need no allocation, and comparing words is comparing digits.
  private let words: (UInt64, UInt64, UInt64, UInt64)

  package static let byteCount = 32

  /// Reads an id from exactly 64 lower-case hexadecimal digits; nil for anything else.
  package init?(hex text: some StringProtocol) {
    self.init(hexDigits: text.utf8)
  }

  /// Reads an id from exactly 64 bytes that are lower-case hexadecimal digits; nil for anything else.
  init?(hexDigits digits: some Collection<UInt8>) {
    // A manifest has thousands of ids, so the digits are read without copying them.
    let words =
      digits.withContiguousStorageIfAvailable(Self.words)
      ?? Array(digits).withUnsafeBufferPointer(Self.words)
    guard let words else { return nil }
    self.words = words
  }

  private static func words(fromHex digits: UnsafeBufferPointer<UInt8>) -> (UInt64, UInt64, UInt64, UInt64)? {
    guard digits.count == 2 * byteCount else { return nil }
    var isHex = true
    func word(_ index: Int) -> UInt64 {
      var word: UInt64 = 0
      for digit in digits[(16 * index)..<(16 * index + 16)] {
        // Without a branch per digit, as its outcome would be unpredictable.
        let number = digit &- UInt8(ascii: "0")
        let letter = digit &- UInt8(ascii: "a")
        isHex = (number < 10) != (letter < 6) && isHex
        word = word << 4 | UInt64(number < 10 ? number : (letter &+ 10) & 0xF)
      }
      return word
    }
    let words = (word(0), word(1), word(2), word(3))
    return isHex ? words : nil
  }

  /// Reads an id from its 32 bytes; nil for any other number of bytes.
  package init?(bytes: ArraySlice<UInt8>) {
    guard bytes.count == Self.byteCount else { return nil }
    self.init(digest: bytes.span.bytes)
  }

  /// Reads an id from the first 32 bytes of a digest.
  init(digest: RawSpan) {
    func word(_ index: Int) -> UInt64 {
      UInt64(bigEndian: digest.unsafeLoadUnaligned(fromByteOffset: index * 8, as: UInt64.self))
    }
    precondition(digest.byteCount >= Self.byteCount, "SHA-256 has 32 bytes")
    words = (word(0), word(1), word(2), word(3))
  }

  /// The id of a payload in memory.
  package init(hashing payload: [UInt8]) {
    self = SHA256.hash(payload.span.bytes)
  }

  package var bytes: [UInt8] {
    [words.0, words.1, words.2, words.3].flatMap { word in
      stride(from: 56, through: 0, by: -8).map { UInt8(truncatingIfNeeded: word >> UInt64($0)) }
    }
  }

  /// The first byte, which selects the fan-out folder.
  var firstByte: UInt8 { UInt8(truncatingIfNeeded: words.0 >> 56) }

  /// All 64 digits.
  package var description: String { digits(from: 0) }

  /// The digits from the given index on; computed in one pass, as every file name of an object needs them.
  func digits(from start: Int) -> String {
    String(unsafeUninitializedCapacity: 64 - start) { buffer in
      for position in start..<64 {
        let word =
          switch position / 16 {
          case 0: words.0
          case 1: words.1
          case 2: words.2
          default: words.3
          }
        let digit = UInt8(truncatingIfNeeded: word >> UInt64(60 - position % 16 * 4) & 0xF)
        buffer[position - start] = digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10
      }
      return 64 - start
    }
  }

  /// The first 12 digits, for display.
  package var abbreviated: String { String(description.prefix(12)) }

  package static func == (left: Self, right: Self) -> Bool { left.words == right.words }

  package static func < (left: Self, right: Self) -> Bool { left.words < right.words }

  package func hash(into hasher: inout Hasher) {
    // All words: the ids in a hostile manifest may agree in any part of them.
    hasher.combine(words.0)
    hasher.combine(words.1)
    hasher.combine(words.2)
    hasher.combine(words.3)
  }
}
