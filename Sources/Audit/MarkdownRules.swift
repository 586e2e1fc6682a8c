/// The rules about Markdown, for shown and hidden text.
enum MarkdownRules {
  /// The longest front matter, in bytes.
  private static let maxFrontMatter = 64 << 10
  /// The maximum number of steps asked of the parser, which take about a second.
  private static let maxEffort = 1_000_000_000

  static func scan(_ document: AuditDocument, _ watch: AuditWatch, into sink: inout FindingSink) {
    let start = frontMatterEnd(document)
    if start > 0 { scanFrontMatter(document, start, watch, into: &sink) }
    guard effort(document.bytes[start...]) <= maxEffort else {
      return giveUp(document, start, watch, into: &sink)
    }
    let page = MarkdownPage(document, from: start, watch, sink)
    let isWhole = MarkdownParser.parse(document.bytes[start...], into: page)
    if !watch.isCancelled { page.finish() }
    sink = page.sink
    if !isWhole, !watch.isCancelled { giveUp(document, start, watch, into: &sink) }
  }

  /// Reports a page that takes too long to parse, and reads its lines as commands.
  private static func giveUp(
    _ document: AuditDocument,
    _ start: Int,
    _ watch: AuditWatch,
    into sink: inout FindingSink
  ) {
    sink.add(.hiddenText, document, at: start, "a page that takes too long to read")
    CodeRules.run(document.text, .value, document, watch, into: &sink)
  }

  /// An estimate of the steps that md4c takes for the links of a page: for each opening of a target it searches to the
  /// end of the paragraph, and for each bracket it counts the lines of the paragraph.
  private static func effort(_ bytes: ArraySlice<UInt8>) -> Int {
    // With n bytes there are at most n/2 openings, and brackets and lines together are at most n: a page of this size
    // stays below the maximum whatever it holds.
    guard bytes.count > 50_000 else { return 0 }
    var total = 0
    var (openings, brackets, lines, size) = (0, 0, 0, 0)
    var previous: UInt8 = 0
    var isBlank = true
    func cost() -> Int { openings * size / 8 + brackets * lines }
    let span = bytes.span
    for index in span.indices {
      let byte = span[index]
      size += 1
      if byte == 0x0A {
        lines += 1
        if isBlank {
          total += cost()
          (openings, brackets, lines, size) = (0, 0, 0, 0)
        }
        isBlank = true
      } else if byte > 0x20 {
        isBlank = false
        if byte == UInt8(ascii: "[") { brackets += 1 }
        if previous == UInt8(ascii: "]"), isTargetMark(byte) { openings += 1 }
      }
      previous = byte
    }
    return total + cost()
  }

  /// Whether a byte behind `]` begins the target of a link.
  private static func isTargetMark(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: "(") || byte == UInt8(ascii: "[") || byte == UInt8(ascii: ":")
  }

  // MARK: Front matter

  /// Where the page begins after the front matter, which no renderer shows as text; 0 if there is none.
  private static func frontMatterEnd(_ document: AuditDocument) -> Int {
    let bytes = document.bytes
    func isMark(_ index: Int, _ mark: String) -> Bool {
      let line = bytes[document.line(index)]
      return line.prefix(3).elementsEqual(mark.utf8)
        && line.dropFirst(3).allSatisfy { $0 == 0x20 || $0 == 0x09 }
    }
    guard document.lineCount > 2, isMark(0, "---") else { return 0 }
    for index in 1..<document.lineCount {
      let line = document.line(index)
      if line.lowerBound > maxFrontMatter { return 0 }
      if isMark(index, "---") || isMark(index, "...") { return min(line.upperBound + 1, bytes.count) }
    }
    return 0
  }

  /// Scans the front matter: programs read its values, and its comments are hidden from readers of the page.
  private static func scanFrontMatter(
    _ document: AuditDocument,
    _ end: Int,
    _ watch: AuditWatch,
    into sink: inout FindingSink
  ) {
    let last = document.lineIndex(of: max(0, end - 1))
    let body = document.line(1).lowerBound..<max(document.line(1).lowerBound, document.line(last).lowerBound)
    CodeRules.scan(document.text.slice(body), language: .yaml, document, watch, into: &sink)
    for index in 1..<max(1, last) {
      let line = document.line(index)
      guard let mark = document.bytes[line].firstIndex(of: UInt8(ascii: "#")),
        HiddenText.isSuspicious(document.bytes[mark..<line.upperBound], .frontMatter)
      else { continue }
      sink.add(.hiddenText, document, at: mark, HiddenText.Place.frontMatter.name)
    }
  }
}
