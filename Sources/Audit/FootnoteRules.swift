/// Finds footnotes without a reference, which renderers with footnotes do not show; md4c reads them as plain text.
struct FootnoteRules {
  /// The maximum number of footnotes of one page that are compared.
  private static let maxNotes = 10_000

  private var defined: [(label: [UInt8], text: [UInt8], source: Int)] = []
  private var used: Set<[UInt8]> = []

  mutating func take(_ text: SourceText) {
    let bytes = text.bytes
    guard bytes.count > 4 else { return }
    var offset = 0
    while let start = bytes.offset(of: "[^", from: offset) {
      guard let close = bytes[start...].prefix(128).firstIndex(of: UInt8(ascii: "]")) else {
        offset = start + 2
        continue
      }
      offset = close + 1
      let label = Array(bytes[(start + 2)..<close])
      let isAtLineStart = start == 0 || bytes[start - 1] == 0x0A
      if isAtLineStart, offset < bytes.count, bytes[offset] == UInt8(ascii: ":") {
        guard defined.count < Self.maxNotes else { return }
        let rest = Array(bytes[(offset + 1)...].prefix(4 << 10))
        defined.append((label, rest, text.source(at: start)))
      } else if used.count < Self.maxNotes {
        used.insert(label)
      }
    }
  }

  /// The offsets of the footnotes without a reference whose text is suspicious.
  func unused() -> [Int] {
    defined.filter { !used.contains($0.label) && HiddenText.isSuspicious($0.text, .footnote) }.map(\.source)
  }
}
