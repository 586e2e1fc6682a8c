import Formats

/// The whole text of a file, with the position of every byte.
struct AuditDocument {
  /// Valid UTF-8.
  let bytes: [UInt8]
  /// Where each line begins.
  private let lineStarts: [Int]

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    var starts = [0]
    bytes.withUnsafeBytes { buffer in
      while let start = starts.last,
        case let end = ByteSearch.find(UInt8(ascii: "\n"), in: buffer, start..<buffer.count),
        end < buffer.count
      {
        starts.append(end + 1)
      }
    }
    lineStarts = starts
  }

  /// The whole file as a text in which each byte stands for itself.
  var text: SourceText { SourceText(bytes, from: 0) }

  /// The index of the line that a byte is on, from 0.
  func lineIndex(of offset: Int) -> Int {
    var (low, high) = (0, lineStarts.count)
    while high - low > 1 {
      let middle = (low + high) / 2
      if lineStarts[middle] <= offset { low = middle } else { high = middle }
    }
    return low
  }

  /// The bytes of a line without its end; empty for a line that is not there.
  func line(_ index: Int) -> Range<Int> {
    guard lineStarts.indices.contains(index) else { return bytes.count..<bytes.count }
    let start = lineStarts[index]
    var end = index + 1 < lineStarts.count ? lineStarts[index + 1] - 1 : bytes.count
    if end > start, bytes[end - 1] == UInt8(ascii: "\r") { end -= 1 }
    return start..<max(start, end)
  }

  var lineCount: Int { lineStarts.count }

  /// The position of a byte with the text around it; takes time linear in the length of its line.
  func mark(at offset: Int) -> AuditMark {
    let offset = min(max(0, offset), bytes.count)
    let index = lineIndex(of: offset)
    let range = line(index)
    let column = bytes[range.lowerBound..<max(range.lowerBound, offset)].count { $0 & 0xC0 != 0x80 } + 1
    return AuditMark(
      position: TextPosition(line: index + 1, column: column),
      excerpt: VisibleText.excerpt(of: bytes, around: offset, within: range)
    )
  }
}
