/// Finds the ends of lines, eight bytes at a time.
enum LineEnd {
  private static let ones: UInt64 = 0x0101_0101_0101_0101
  private static let highs: UInt64 = 0x8080_8080_8080_8080

  /// The offset of the first line feed in a range; the end of the range if there is none.
  static func find(in buffer: UnsafeRawBufferPointer, _ range: Range<Int>) -> Int {
    var offset = range.lowerBound
    while offset + 8 <= range.upperBound {
      let loaded = UInt64(littleEndian: buffer.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
      let word = loaded ^ (ones &* 0x0A)
      // The high bit of a byte gets set where the byte is zero; the lowest such bit is never wrong.
      let zeros = (word &- ones) & ~word & highs
      if zeros != 0 { return offset + zeros.trailingZeroBitCount / 8 }
      offset += 8
    }
    while offset < range.upperBound, buffer[offset] != UInt8(ascii: "\n") { offset += 1 }
    return offset
  }
}
