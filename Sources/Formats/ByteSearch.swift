/// Looks for bytes eight at a time.
package enum ByteSearch {
  private static let ones: UInt64 = 0x0101_0101_0101_0101
  private static let highs: UInt64 = 0x8080_8080_8080_8080

  /// The offset of the first such byte in a range; the end of the range if there is none.
  package static func find(_ byte: UInt8, in buffer: UnsafeRawBufferPointer, _ range: Range<Int>) -> Int {
    let pattern = ones &* UInt64(byte)
    var offset = range.lowerBound
    while offset + 8 <= range.upperBound {
      let loaded = UInt64(littleEndian: buffer.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
      let word = loaded ^ pattern
      // The high bit of a byte gets set where the byte is zero; the lowest such bit is never wrong.
      let zeros = (word &- ones) & ~word & highs
      if zeros != 0 { return offset + zeros.trailingZeroBitCount / 8 }
      offset += 8
    }
    while offset < range.upperBound, buffer[offset] != byte { offset += 1 }
    return offset
  }

  /// The offset of the first byte in a range that is no ASCII; the end of the range if there is none.
  static func findNonASCII(in buffer: UnsafeRawBufferPointer, _ range: Range<Int>) -> Int {
    var offset = range.lowerBound
    while offset + 8 <= range.upperBound {
      let word = UInt64(littleEndian: buffer.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
      if word & highs != 0 { return offset + (word & highs).trailingZeroBitCount / 8 }
      offset += 8
    }
    while offset < range.upperBound, buffer[offset] < 0x80 { offset += 1 }
    return offset
  }
}
