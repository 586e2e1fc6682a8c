/// The rules about Markdown: comments, long lines, links; and which lines are code.
///
/// It follows CommonMark as far as that decides what a rendered page shows: fenced blocks, code spans, comments.
struct MarkdownRules {
  /// A longer line, in characters, is reported.
  static let maxLineLength = 2_000

  private var fence: Fence?
  private var isInComment = false
  private var links = LinkRules()

  /// The line that began a block of code.
  private struct Fence {
    let byte: UInt8
    let length: Int
  }

  /// Looks at a line.
  ///
  /// - Returns: Whether it is code or prose; nil for the lines around a block of code.
  mutating func scan(_ line: AuditLine, into sink: inout FindingSink) -> ShellRules.Context? {
    reportLength(of: line, into: &sink)
    if line.isContinuation { return scanContinuation(line, into: &sink) }
    let start = Self.contentStart(of: line.bytes)
    if let fence {
      guard let mark = Self.fence(in: line.bytes, at: start), mark.byte == fence.byte,
        mark.length >= fence.length, Self.isBlank(line.bytes[(start + mark.length)...])
      else { return .code }
      self.fence = nil
      return nil
    }
    if !isInComment, let mark = Self.fence(in: line.bytes, at: start),
      mark.byte == UInt8(ascii: "~") || !line.bytes[(start + mark.length)...].contains(UInt8(ascii: "`"))
    {
      fence = mark
      return nil
    }
    scanProse(line, from: start, into: &sink)
    return .prose
  }

  /// Ends the file: links whose targets stand in other lines are judged now.
  mutating func finish(into sink: inout FindingSink) {
    links.finish(into: &sink)
  }

  /// Looks at another piece of a line: it begins nothing that only a line can begin.
  private mutating func scanContinuation(
    _ line: AuditLine,
    into sink: inout FindingSink
  ) -> ShellRules.Context? {
    if fence != nil { return .code }
    scanProse(line, from: nil, into: &sink)
    return .prose
  }

  /// Looks at a line, or a piece of one, outside blocks of code; `start` is where the line's text begins.
  private mutating func scanProse(_ line: AuditLine, from start: Int?, into sink: inout FindingSink) {
    // Comments and links begin with one of these.
    guard isInComment || line.has("<") || line.has("[") else { return }
    let visible = Self.withoutCodeSpans(line)
    findComments(line, visible, from: start, into: &sink)
    links.scan(line, visible, from: start, into: &sink)
  }

  private func reportLength(of line: AuditLine, into sink: inout FindingSink) {
    guard !line.isContinuation, line.bytes.count > Self.maxLineLength else { return }
    let length = line.length
    guard length > Self.maxLineLength else { return }
    sink.add(.longLine, line, at: 0, line.isCut ? "more than \(length) characters" : "\(length) characters")
  }

  // MARK: Comments

  private mutating func findComments(
    _ line: AuditLine,
    _ visible: [UInt8],
    from start: Int?,
    into sink: inout FindingSink
  ) {
    var offset = 0
    while isInComment || line.has("<"), offset < visible.count {
      if isInComment {
        guard let end = visible.offset(of: "-->", from: offset) else { return }
        isInComment = false
        offset = end + 3
      } else {
        guard let begin = visible.offset(of: "<!--", from: offset) else { break }
        sink.add(.htmlComment, line, at: begin, "an HTML comment")
        isInComment = true
        offset = begin + 4
        // `<!-->` and `<!--->` are whole comments (CommonMark 0.31, section 6.6).
        let rest = visible[offset...]
        if rest.first == 0x3E || rest.starts(with: [0x2D, 0x3E]) { isInComment = false }
      }
    }
    if let start, Self.isHiddenDefinition(visible, from: start) {
      sink.add(.htmlComment, line, at: start, "a link definition that nothing shows")
    }
  }

  /// Whether a line is like `[//]: # (text)` or `[comment]: <> (text)`: a comment made of a link definition.
  private static func isHiddenDefinition(_ bytes: [UInt8], from start: Int) -> Bool {
    guard start < bytes.count, bytes[start] == UInt8(ascii: "["),
      let close = bytes[start...].firstIndex(of: UInt8(ascii: "]")),
      close + 1 < bytes.count, bytes[close + 1] == UInt8(ascii: ":")
    else { return false }
    let target = bytes[(close + 2)...].drop { $0 == 0x20 || $0 == 0x09 }.prefix { $0 != 0x20 && $0 != 0x09 }
    return target.elementsEqual("#".utf8) || target.elementsEqual("<>".utf8)
  }

  // MARK: Structure

  /// Where a line's own text begins, behind the marks of quotes around it and white space.
  private static func contentStart(of bytes: [UInt8]) -> Int {
    var offset = 0
    while offset < bytes.count {
      switch bytes[offset] {
      case 0x20, 0x09, UInt8(ascii: ">"): offset += 1
      default: return offset
      }
    }
    return offset
  }

  /// The mark of a block of code: three or more backticks or tildes.
  private static func fence(in bytes: [UInt8], at start: Int) -> Fence? {
    guard start < bytes.count, bytes[start] == UInt8(ascii: "`") || bytes[start] == UInt8(ascii: "~") else {
      return nil
    }
    let length = bytes[start...].prefix { $0 == bytes[start] }.count
    return length >= 3 ? Fence(byte: bytes[start], length: length) : nil
  }

  private static func isBlank(_ bytes: ArraySlice<UInt8>) -> Bool {
    bytes.allSatisfy { $0 == 0x20 || $0 == 0x09 }
  }

  /// The line with spaces in place of code spans, whose text is shown as it is (CommonMark section 6.1).
  private static func withoutCodeSpans(_ line: AuditLine) -> [UInt8] {
    let bytes = line.bytes
    guard line.has("`") else { return bytes }
    var runs: [Range<Int>] = []
    var offset = 0
    while let start = bytes[offset...].firstIndex(of: UInt8(ascii: "`")) {
      offset = bytes[start...].firstIndex { $0 != UInt8(ascii: "`") } ?? bytes.count
      runs.append(start..<offset)
    }
    // A span ends at the next run of the same length; found from behind, so that it takes one pass.
    var next: [Int?] = Array(repeating: nil, count: runs.count)
    var latest: [Int: Int] = [:]
    for index in runs.indices.reversed() {
      next[index] = latest[runs[index].count]
      latest[runs[index].count] = index
    }
    var result = bytes
    var index = 0
    while index < runs.count {
      guard let end = next[index] else {
        index += 1
        continue
      }
      for byte in runs[index].lowerBound..<runs[end].upperBound { result[byte] = 0x20 }
      index = end + 1
    }
    return result
  }
}
