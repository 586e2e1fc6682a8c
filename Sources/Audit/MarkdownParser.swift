internal import CMarkdown

/// The events of a Markdown parser, in the order of the page.
///
/// Text that is in the file comes with its range; text that the parser made (a line break, a decoded entity) has none.
protocol MarkdownEvents: AnyObject {
  /// A part of the page begins; returns whether to go on.
  func enter(_ part: MarkdownPart) -> Bool
  /// A part of the page ends; returns whether to go on.
  func leave(_ part: MarkdownPart) -> Bool
  /// Text was read; `range` is its place in the file, if it has one. Returns whether to go on.
  func text(_ kind: MarkdownText, _ bytes: UnsafeRawBufferPointer, _ range: Range<Int>?) -> Bool
}

/// A part of a page that has a beginning and an end.
enum MarkdownPart {
  /// A paragraph or a heading.
  case leaf
  /// A cell of a table, in which a bar must be escaped.
  case cell
  /// A list item; one without paragraphs holds text directly.
  case item
  /// A block of code with its info string.
  case code(info: MarkdownAttribute)
  case html
  case link(target: MarkdownAttribute, title: MarkdownAttribute)
  case image(source: MarkdownAttribute, title: MarkdownAttribute)
  case codeSpan
  /// Emphasis, quotes, lists and other parts that no rule looks at.
  case other
}

/// The kind of a text on the page.
enum MarkdownText {
  case normal
  case lineBreak
  case entity
  case code
  case html
}

/// A text that belongs to a part: a target, a title or an info string.
struct MarkdownAttribute {
  let bytes: [UInt8]
  /// Its place in the file; nil for a text with escapes or over several lines.
  let range: Range<Int>?

  var isEmpty: Bool { bytes.isEmpty }
}

/// Calls md4c; the only code that handles its pointers.
///
/// md4c tells for each piece of text which bytes of the file it comes from; docs/audit.md says why it was chosen.
enum MarkdownParser {
  /// Parses a page; returns false if an event stopped it, memory was short, or the parser lost its way.
  static func parse(_ bytes: ArraySlice<UInt8>, into events: any MarkdownEvents) -> Bool {
    // md4c 0.4.8 looks at the byte behind a page that ends within a link, and takes a `)` that happens to be there for the
    // end of the link.
    var page: [UInt8] = []
    page.reserveCapacity(bytes.count + 1)
    page += bytes
    page.append(0)
    return page.withUnsafeBytes { buffer in
      let buffer = UnsafeRawBufferPointer(rebasing: buffer.dropLast())
      guard let base = buffer.baseAddress, let size = UInt32(exactly: buffer.count) else { return false }
      let session = MarkdownSession(buffer: buffer, events: events)
      var parser = MD_PARSER()
      // Bare addresses are not parsed as links: md4c takes quadratic time for them, and their text is their target.
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

/// The context of one run of the parser, which its callbacks get.
private final class MarkdownSession {
  /// The longest text that the parser makes itself is an indentation of 16 spaces.
  private static let maxMadeBytes = 64

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
    guard let session = of(data), let part = session.part(block, detail) else { return 1 }
    return session.events.enter(part) ? 0 : 1
  }

  static func leave(
    block: MD_BLOCKTYPE,
    _ detail: UnsafeMutableRawPointer?,
    _ data: UnsafeMutableRawPointer?
  ) -> CInt {
    guard let session = of(data), let part = session.part(block, detail) else { return 1 }
    return session.events.leave(part) ? 0 : 1
  }

  static func enter(
    span: MD_SPANTYPE,
    _ detail: UnsafeMutableRawPointer?,
    _ data: UnsafeMutableRawPointer?
  ) -> CInt {
    guard let session = of(data), let part = session.part(span, detail) else { return 1 }
    return session.events.enter(part) ? 0 : 1
  }

  static func leave(
    span: MD_SPANTYPE,
    _ detail: UnsafeMutableRawPointer?,
    _ data: UnsafeMutableRawPointer?
  ) -> CInt {
    guard let session = of(data), let part = session.part(span, detail) else { return 1 }
    return session.events.leave(part) ? 0 : 1
  }

  static func text(
    _ type: MD_TEXTTYPE,
    _ text: UnsafePointer<CChar>?,
    _ size: UInt32,
    _ data: UnsafeMutableRawPointer?
  ) -> CInt {
    guard let session = of(data), let text else { return 1 }
    let bytes = UnsafeRawBufferPointer(start: text, count: Int(size))
    let range = session.range(of: bytes)
    guard range != nil || session.mayBeMade(bytes, most: maxMadeBytes) else { return 1 }
    let kind: MarkdownText
    switch type {
    case MD_TEXT_BR, MD_TEXT_SOFTBR: kind = .lineBreak
    case MD_TEXT_ENTITY: kind = .entity
    case MD_TEXT_CODE: kind = .code
    case MD_TEXT_HTML: kind = .html
    default: kind = .normal
    }
    return session.events.text(kind, bytes, range) ? 0 : 1
  }

  /// The place of bytes in the file; nil for bytes that the parser made.
  private func range(of bytes: UnsafeRawBufferPointer) -> Range<Int>? {
    guard let start = bytes.baseAddress, let base = buffer.baseAddress else { return nil }
    let offset = Int(bitPattern: start) &- Int(bitPattern: base)
    guard offset >= 0, offset + bytes.count <= buffer.count, Int(bitPattern: start) >= Int(bitPattern: base)
    else { return nil }
    return offset..<(offset + bytes.count)
  }

  /// Whether bytes that have no place in the file can be a text that the parser made: if not, it has miscounted, and nothing
  /// may be read there.
  private func mayBeMade(_ bytes: UnsafeRawBufferPointer, most: Int) -> Bool {
    guard let start = bytes.baseAddress, let base = buffer.baseAddress, bytes.count <= most else {
      return false
    }
    return start < base || start > base + buffer.count
  }

  /// Nil for bytes that cannot be a text of the page.
  private func attribute(_ attribute: MD_ATTRIBUTE) -> MarkdownAttribute? {
    guard let text = attribute.text, attribute.size > 0 else {
      return MarkdownAttribute(bytes: [], range: nil)
    }
    let bytes = UnsafeRawBufferPointer(start: text, count: Int(attribute.size))
    let range = range(of: bytes)
    guard range != nil || mayBeMade(bytes, most: buffer.count + Self.maxMadeBytes) else { return nil }
    return MarkdownAttribute(bytes: Array(bytes), range: range)
  }

  /// Nil where the parser has miscounted, as for `attribute`.
  private func part(_ block: MD_BLOCKTYPE, _ detail: UnsafeMutableRawPointer?) -> MarkdownPart? {
    switch block {
    case MD_BLOCK_P, MD_BLOCK_H: return .leaf
    case MD_BLOCK_TH, MD_BLOCK_TD: return .cell
    case MD_BLOCK_LI: return .item
    case MD_BLOCK_HTML: return .html
    case MD_BLOCK_CODE:
      guard let detail else { return .other }
      let code = detail.assumingMemoryBound(to: MD_BLOCK_CODE_DETAIL.self).pointee
      return attribute(code.info).map { .code(info: $0) }
    default: return .other
    }
  }

  /// Nil where the parser has miscounted, as for `attribute`.
  private func part(_ span: MD_SPANTYPE, _ detail: UnsafeMutableRawPointer?) -> MarkdownPart? {
    guard let detail else { return span == MD_SPAN_CODE ? .codeSpan : .other }
    switch span {
    case MD_SPAN_A:
      let link = detail.assumingMemoryBound(to: MD_SPAN_A_DETAIL.self).pointee
      guard let target = attribute(link.href), let title = attribute(link.title) else { return nil }
      return .link(target: target, title: title)
    case MD_SPAN_IMG:
      let image = detail.assumingMemoryBound(to: MD_SPAN_IMG_DETAIL.self).pointee
      guard let source = attribute(image.src), let title = attribute(image.title) else { return nil }
      return .image(source: source, title: title)
    case MD_SPAN_CODE: return .codeSpan
    default: return .other
    }
  }
}
