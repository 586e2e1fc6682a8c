internal import CMarkdown

/// What a Markdown parser finds, in the order of the page.
///
/// Bytes of the file come as ranges; what the parser puts in their place (a line's end, the character of an escape) comes
/// without a range.
protocol MarkdownEvents: AnyObject {
  /// A part of the page begins. - Returns: Whether to go on.
  func enter(_ part: MarkdownPart) -> Bool
  /// A part of the page ends. - Returns: Whether to go on.
  func leave(_ part: MarkdownPart) -> Bool
  /// Text of a kind; `range` is where it stands, nil for what stands nowhere. - Returns: Whether to go on.
  func text(_ kind: MarkdownText, _ bytes: UnsafeRawBufferPointer, _ range: Range<Int>?) -> Bool
}

/// A part of a page that has a beginning and an end.
enum MarkdownPart {
  /// A paragraph, a heading: what holds a line of text.
  case leaf
  /// A cell of a table, where a bar has a backslash before it.
  case cell
  /// A list item without paragraphs holds text at once.
  case item
  /// A block of code, with all that stands behind its opening fence.
  case code(info: MarkdownAttribute)
  case html
  case link(target: MarkdownAttribute, title: MarkdownAttribute)
  case image(source: MarkdownAttribute, title: MarkdownAttribute)
  case codeSpan
  /// Emphasis, quotes, lists: nothing that the rules ask for.
  case other
}

/// What a text is on the page.
enum MarkdownText {
  case normal
  case lineBreak
  case entity
  case code
  case html
}

/// A text that belongs to a part: a target, a title, an info string.
struct MarkdownAttribute {
  let bytes: [UInt8]
  /// Where it stands; nil for one with escapes, or over several lines.
  let range: Range<Int>?

  var isEmpty: Bool { bytes.isEmpty }
}

/// The one place that touches md4c and its pointers.
///
/// A parser that tells for each piece of text from which bytes of the file it comes; docs/audit.md says why this one.
enum MarkdownParser {
  /// Reads a page; false where the reader stopped it, or memory was short.
  static func parse(_ bytes: [UInt8], into events: any MarkdownEvents) -> Bool {
    bytes.withUnsafeBytes { buffer in
      guard let base = buffer.baseAddress, let size = UInt32(exactly: buffer.count) else {
        return buffer.isEmpty
      }
      let session = MarkdownSession(buffer: buffer, events: events)
      var parser = MD_PARSER()
      // Without bare addresses as links: md4c looks for those in quadratic time, and they show what they are.
      parser.flags = UInt32(MD_FLAG_TABLES | MD_FLAG_STRIKETHROUGH | MD_FLAG_TASKLISTS)
      parser.enter_block = { MarkdownSession.enter(block: $0, $1, $2) }
      parser.leave_block = { MarkdownSession.leave(block: $0, $1, $2) }
      parser.enter_span = { MarkdownSession.enter(span: $0, $1, $2) }
      parser.leave_span = { MarkdownSession.leave(span: $0, $1, $2) }
      parser.text = { MarkdownSession.text($0, $1, $2, $3) }
      let text = base.assumingMemoryBound(to: CChar.self)
      return withExtendedLifetime(session) {
        md_parse(text, size, &parser, Unmanaged.passUnretained(session).toOpaque()) == 0
      }
    }
  }
}

/// One run of the parser: what its callbacks are given.
private final class MarkdownSession {
  private let buffer: UnsafeRawBufferPointer
  private let events: any MarkdownEvents

  init(buffer: UnsafeRawBufferPointer, events: any MarkdownEvents) {
    self.buffer = buffer
    self.events = events
  }

  private static func of(_ data: UnsafeMutableRawPointer?) -> MarkdownSession? {
    data.map { Unmanaged<MarkdownSession>.fromOpaque($0).takeUnretainedValue() }
  }

  static func enter(
    block: MD_BLOCKTYPE,
    _ detail: UnsafeMutableRawPointer?,
    _ data: UnsafeMutableRawPointer?
  ) -> CInt {
    guard let session = of(data) else { return 1 }
    return session.events.enter(session.part(block, detail)) ? 0 : 1
  }

  static func leave(
    block: MD_BLOCKTYPE,
    _ detail: UnsafeMutableRawPointer?,
    _ data: UnsafeMutableRawPointer?
  ) -> CInt {
    guard let session = of(data) else { return 1 }
    return session.events.leave(session.part(block, detail)) ? 0 : 1
  }

  static func enter(
    span: MD_SPANTYPE,
    _ detail: UnsafeMutableRawPointer?,
    _ data: UnsafeMutableRawPointer?
  ) -> CInt {
    guard let session = of(data) else { return 1 }
    return session.events.enter(session.part(span, detail)) ? 0 : 1
  }

  static func leave(
    span: MD_SPANTYPE,
    _ detail: UnsafeMutableRawPointer?,
    _ data: UnsafeMutableRawPointer?
  ) -> CInt {
    guard let session = of(data) else { return 1 }
    return session.events.leave(session.part(span, detail)) ? 0 : 1
  }

  static func text(
    _ type: MD_TEXTTYPE,
    _ text: UnsafePointer<CChar>?,
    _ size: UInt32,
    _ data: UnsafeMutableRawPointer?
  ) -> CInt {
    guard let session = of(data), let text else { return 1 }
    let bytes = UnsafeRawBufferPointer(start: text, count: Int(size))
    let kind: MarkdownText
    switch type {
    case MD_TEXT_BR, MD_TEXT_SOFTBR: kind = .lineBreak
    case MD_TEXT_ENTITY: kind = .entity
    case MD_TEXT_CODE: kind = .code
    case MD_TEXT_HTML: kind = .html
    default: kind = .normal
    }
    return session.events.text(kind, bytes, session.range(of: bytes)) ? 0 : 1
  }

  /// Where bytes stand in the file; nil for bytes of the parser's own.
  private func range(of bytes: UnsafeRawBufferPointer) -> Range<Int>? {
    guard let start = bytes.baseAddress, let base = buffer.baseAddress else { return nil }
    let offset = Int(bitPattern: start) &- Int(bitPattern: base)
    guard offset >= 0, offset + bytes.count <= buffer.count, Int(bitPattern: start) >= Int(bitPattern: base)
    else { return nil }
    return offset..<(offset + bytes.count)
  }

  private func attribute(_ attribute: MD_ATTRIBUTE) -> MarkdownAttribute {
    guard let text = attribute.text, attribute.size > 0 else {
      return MarkdownAttribute(bytes: [], range: nil)
    }
    let bytes = UnsafeRawBufferPointer(start: text, count: Int(attribute.size))
    return MarkdownAttribute(bytes: Array(bytes), range: range(of: bytes))
  }

  private func part(_ block: MD_BLOCKTYPE, _ detail: UnsafeMutableRawPointer?) -> MarkdownPart {
    switch block {
    case MD_BLOCK_P, MD_BLOCK_H: return .leaf
    case MD_BLOCK_TH, MD_BLOCK_TD: return .cell
    case MD_BLOCK_LI: return .item
    case MD_BLOCK_HTML: return .html
    case MD_BLOCK_CODE:
      guard let detail else { return .other }
      return .code(info: attribute(detail.assumingMemoryBound(to: MD_BLOCK_CODE_DETAIL.self).pointee.info))
    default: return .other
    }
  }

  private func part(_ span: MD_SPANTYPE, _ detail: UnsafeMutableRawPointer?) -> MarkdownPart {
    guard let detail else { return span == MD_SPAN_CODE ? .codeSpan : .other }
    switch span {
    case MD_SPAN_A:
      let link = detail.assumingMemoryBound(to: MD_SPAN_A_DETAIL.self).pointee
      return .link(target: attribute(link.href), title: attribute(link.title))
    case MD_SPAN_IMG:
      let image = detail.assumingMemoryBound(to: MD_SPAN_IMG_DETAIL.self).pointee
      return .image(source: attribute(image.src), title: attribute(image.title))
    case MD_SPAN_CODE: return .codeSpan
    default: return .other
    }
  }
}
