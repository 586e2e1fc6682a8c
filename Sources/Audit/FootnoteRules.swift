/// Footnotes, which md4c takes for plain text: one that nothing refers to is left out by the renderers that know them.
struct FootnoteRules {
  /// More footnotes of one page are not compared.
  private static let maxNotes = 10_000

  private var defined: [(label: [UInt8], text: [UInt8], source: Int)] = []
  private var used: Set<[UInt8]> = []

  /// Takes the text of a paragraph.
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

  /// Where footnotes begin that nothing refers to and whose text is worth a finding.
  func unused() -> [Int] {
    defined.filter { !used.contains($0.label) && HiddenText.isSuspicious($0.text, .footnote) }.map(\.source)
  }
}
