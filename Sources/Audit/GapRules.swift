import Formats

/// Judges the gaps of a page, which are the bytes that a renderer does not show: link definitions, the rest of an info
/// string, and anything else that the parser consumes.
///
/// Marks of Markdown are skipped; all other bytes are judged, whatever the reason that they are hidden.
struct GapRules {
  private let page: MarkdownPage
  private let bytes: [UInt8]

  init(_ page: MarkdownPage) {
    self.page = page
    bytes = page.document.bytes
  }

  /// The number of bytes of a gap that are judged; a longer gap is reported for its size.
  private static let maxBytes = 64 << 10

  /// Scans all gaps; `report` is called for each that is suspicious.
  mutating func scan(_ report: (HiddenText.Place, Int) -> Void) {
    let fates = page.fates
    var offset = page.start
    while offset < bytes.count {
      guard fates[offset] == .none else {
        offset += 1
        continue
      }
      let start = offset
      var letters = 0
      // A line break that is not shown does not end a gap.
      while offset < bytes.count, fates[offset] == .none || bytes[offset] == 0x0A && fates[offset] != .shown {
        if ASCII.isLetter(bytes[offset]) || bytes[offset] >= 0x80 { letters += 1 }
        offset += 1
      }
      if letters >= 3 { judge(start..<offset, report) }
    }
  }

  /// Cuts a gap into its lines and judges each.
  private func judge(_ gap: Range<Int>, _ report: (HiddenText.Place, Int) -> Void) {
    var item = gap.lowerBound
    var place = Place.text
    var offset = gap.lowerBound
    while offset < gap.upperBound {
      let end = bytes[offset..<gap.upperBound].firstIndex(of: 0x0A) ?? gap.upperBound
      let text = contentStart(offset..<end)
      if let begun = beginning(text..<end) {
        judge(item..<offset, place, report)
        (item, place) = (text, begun)
      }
      offset = min(end + 1, gap.upperBound)
    }
    judge(item..<gap.upperBound, place, report)
  }

  private enum Place {
    case text
    case fence
    case definition(label: Range<Int>, target: Range<Int>)
  }

  /// Where the text of a line begins, after the marks of quotes and lists.
  private func contentStart(_ line: Range<Int>) -> Int {
    line.first { !" \t>-+*".utf8.contains(bytes[$0]) } ?? line.upperBound
  }

  private func beginning(_ line: Range<Int>) -> Place? {
    guard let first = line.first else { return nil }
    switch bytes[first] {
    case UInt8(ascii: "`"), UInt8(ascii: "~"):
      return bytes[line].prefix { $0 == bytes[first] }.count >= 3 ? .fence : nil
    case UInt8(ascii: "["):
      guard let close = bytes[line].prefix(1_024).firstIndex(of: UInt8(ascii: "]")),
        close + 1 < line.upperBound,
        bytes[close + 1] == UInt8(ascii: ":")
      else { return nil }
      let rest = bytes[(close + 2)..<line.upperBound]
      let target = rest.drop { $0 <= 0x20 }.prefix { $0 > 0x20 }
      return .definition(label: (first + 1)..<close, target: target.startIndex..<target.endIndex)
    default: return nil
    }
  }

  private func judge(_ range: Range<Int>, _ place: Place, _ report: (HiddenText.Place, Int) -> Void) {
    guard !range.isEmpty else { return }
    switch place {
    case .text:
      let text = bytes[range].prefix(Self.maxBytes)
      if HiddenText.isSuspicious(text, .other) { report(.other, begin(of: range)) }
    case .fence:
      let info = bytes[range].drop { $0 == UInt8(ascii: "`") || $0 == UInt8(ascii: "~") || $0 == 0x20 }
        .drop { $0 > 0x20 }
      if HiddenText.isSuspicious(info, .info) { report(.info, info.startIndex) }
    case .definition(let label, let target):
      let isUsed = page.targets.contains(plain(target))
      let title = bytes[target.upperBound..<range.upperBound]
      // Definitions without a real target are used as comments: `[//]: # (text)`, `[comment]: <> (text)`.
      let isAside = [[0x23], [0x3C, 0x3E], [0x2F, 0x2F], [0x2F]].contains(Array(bytes[target]))
      if !isUsed, isAside, title.contains(where: ASCII.isLetter), !HiddenText.isDirective(unwrapped(title)) {
        report(.comment, begin(of: range))
      } else if HiddenText.isSuspicious(bytes[label], .other) {
        report(isUsed ? .other : .definition, begin(of: range))
      } else if !isUsed, HiddenText.isSuspicious(title, .definition) {
        report(.definition, begin(of: range))
      }
    }
  }

  private func begin(of range: Range<Int>) -> Int { range.first { bytes[$0] > 0x20 } ?? range.lowerBound }

  private func plain(_ target: Range<Int>) -> [UInt8] {
    var text = bytes[target]
    if text.first == UInt8(ascii: "<"), text.last == UInt8(ascii: ">") { text = text.dropFirst().dropLast() }
    return Array(text)
  }

  private func unwrapped(_ title: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    let text = title.drop { $0 <= 0x20 }
    return text.dropFirst().prefix { $0 != UInt8(ascii: ")") && $0 != UInt8(ascii: "\"") }
  }
}
