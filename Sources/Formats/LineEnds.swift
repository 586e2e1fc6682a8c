/// The two kinds of line ends that version control converts into each other.
package enum LineEnds {
  private static let newline = UInt8(ascii: "\n")
  private static let carriageReturn = UInt8(ascii: "\r")

  /// The text with `\n` in place of every `\r\n`.
  package static func withNewlines(_ text: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(text.count)
    for (index, byte) in text.enumerated() {
      if byte == carriageReturn, index + 1 < text.count, text[index + 1] == newline { continue }
      result.append(byte)
    }
    return result
  }

  /// The text with `\r\n` in place of every `\n` that has no carriage return before it.
  package static func withCarriageReturns(_ text: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(text.count + text.count / 16)
    for byte in text {
      if byte == newline, result.last != carriageReturn { result.append(carriageReturn) }
      result.append(byte)
    }
    return result
  }

  /// Whether the text has line ends, and all of them are `\r\n`.
  package static func areAllCarriageReturns(_ text: [UInt8]) -> Bool {
    text.contains(newline) && withCarriageReturns(text) == text
  }
}
