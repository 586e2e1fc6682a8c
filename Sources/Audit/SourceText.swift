/// A text made from pieces of a file, such as a block of code without its indentation or a scalar without its escapes.
///
/// It knows for every byte which byte of the file it stands for.
struct SourceText {
  private(set) var bytes: [UInt8]
  /// The bytes at which a new piece begins; within a piece, text and file advance together.
  private var runs: [Run]

  private struct Run {
    let text: Int
    let source: Int
  }

  /// An empty text.
  init() {
    (bytes, runs) = ([], [])
  }

  /// A text that stands in the file as it is.
  init(_ bytes: [UInt8], from source: Int) {
    self.bytes = bytes
    runs = [Run(text: 0, source: source)]
  }

  var isEmpty: Bool { bytes.isEmpty }
  var count: Int { bytes.count }

  /// The byte of the file that a byte of the text stands for; at the end, the byte after the last.
  func source(at offset: Int) -> Int {
    var (low, high) = (0, runs.count)
    while high - low > 1 {
      let middle = (low + high) / 2
      if runs[middle].text <= offset { low = middle } else { high = middle }
    }
    guard let run = runs.indices.contains(low) ? runs[low] : nil else { return 0 }
    return run.source + max(0, offset - run.text)
  }

  /// Appends one byte that is at a place of the file, or that an escape there stands for.
  mutating func append(_ byte: UInt8, from source: Int) {
    note(source)
    bytes.append(byte)
  }

  /// Appends bytes that begin at a place of the file.
  mutating func append(contentsOf piece: some Collection<UInt8>, from source: Int) {
    guard !piece.isEmpty else { return }
    note(source)
    bytes.append(contentsOf: piece)
  }

  /// Appends a piece of another text of the same file.
  mutating func append(_ other: SourceText, _ range: Range<Int>) {
    var start = range.lowerBound
    while start < range.upperBound {
      // A range of the other text may cover several of its pieces.
      let end = min(range.upperBound, other.endOfRun(at: start))
      append(contentsOf: other.bytes[start..<end], from: other.source(at: start))
      start = end
    }
  }

  /// A piece of the text.
  func slice(_ range: Range<Int>) -> SourceText {
    var result = SourceText()
    result.append(self, range)
    return result
  }

  private func endOfRun(at offset: Int) -> Int {
    var (low, high) = (0, runs.count)
    while high - low > 1 {
      let middle = (low + high) / 2
      if runs[middle].text <= offset { low = middle } else { high = middle }
    }
    return low + 1 < runs.count ? runs[low + 1].text : bytes.count
  }

  private mutating func note(_ source: Int) {
    if let last = runs.last, last.source + bytes.count - last.text == source { return }
    runs.append(Run(text: bytes.count, source: source))
  }

  /// The text, up to a number of bytes.
  func string(_ limit: Int = 256) -> String { String(decoding: bytes.prefix(limit), as: UTF8.self) }
}
