internal import CYAML

/// One event of libyaml's parser, copied out of its memory.
package struct YAMLEvent {
  /// What happened.
  package enum Kind {
    case streamStart
    case streamEnd
    case documentStart(hasTagDirectives: Bool)
    case documentEnd
    case alias(String)
    case scalar(String, style: YAMLNode.Style)
    case sequenceStart(style: YAMLNode.Style)
    case sequenceEnd
    case mappingStart(style: YAMLNode.Style)
    case mappingEnd
  }

  package let kind: Kind
  package let anchor: String?
  package let tag: String?
  package let position: TextPosition
  package let end: TextPosition
  /// The characters of the text that it takes, counted from 0.
  package let characters: Range<Int>
}

/// The only code that touches libyaml and its pointers: bytes in, events out.
///
/// Owns the parser and a copy of the text and frees both. Must not be shared between threads.
package struct YAMLEvents: ~Copyable {
  private let parser: UnsafeMutablePointer<yaml_parser_t>
  private let input: UnsafeMutableBufferPointer<UInt8>

  /// Creates a parser for a text of valid UTF-8.
  ///
  /// - Throws: `TextProblem` where libyaml has no memory.
  package init(_ bytes: [UInt8]) throws(TextProblem) {
    parser = .allocate(capacity: 1)
    parser.initialize(to: yaml_parser_t())
    // libyaml keeps the pointer until the last event, so the text is copied to a buffer that does not move.
    input = .allocate(capacity: max(1, bytes.count))
    _ = input.initialize(from: bytes)
    guard yaml_parser_initialize(parser) == 1 else {
      throw TextProblem(.yamlSyntax(.outOfMemory), at: nil)
    }
    // Set explicitly; otherwise libyaml would take the encoding from a byte order mark and might choose UTF-16.
    yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
    yaml_parser_set_input_string(parser, input.baseAddress, bytes.count)
  }

  deinit {
    yaml_parser_delete(parser)
    parser.deallocate()
    input.deallocate()
  }

  /// The next event; not to be called again after `streamEnd` or an error.
  ///
  /// - Throws: `TextProblem` with its place.
  package func next() throws(TextProblem) -> YAMLEvent {
    var event = yaml_event_t()
    guard yaml_parser_parse(parser, &event) == 1 else { throw problem() }
    defer { yaml_event_delete(&event) }
    let (anchor, tag) = Self.marks(of: event)
    return YAMLEvent(
      kind: Self.kind(of: event),
      anchor: Self.text(anchor),
      tag: Self.text(tag),
      position: place(event.start_mark),
      end: place(event.end_mark),
      characters: event.start_mark.index..<max(event.start_mark.index, event.end_mark.index)
    )
  }

  private static func kind(of event: yaml_event_t) -> YAMLEvent.Kind {
    let data = event.data
    switch event.type {
    case YAML_STREAM_END_EVENT: return .streamEnd
    case YAML_DOCUMENT_START_EVENT:
      let directives = data.document_start.tag_directives
      return .documentStart(hasTagDirectives: directives.start != directives.end)
    case YAML_DOCUMENT_END_EVENT: return .documentEnd
    case YAML_ALIAS_EVENT: return .alias(text(data.alias.anchor) ?? "")
    case YAML_SCALAR_EVENT:
      let bytes = UnsafeBufferPointer(start: data.scalar.value, count: data.scalar.length)
      return .scalar(String(decoding: bytes, as: UTF8.self), style: style(data.scalar.style))
    case YAML_SEQUENCE_START_EVENT:
      return .sequenceStart(style: data.sequence_start.style == YAML_FLOW_SEQUENCE_STYLE ? .flow : .block)
    case YAML_SEQUENCE_END_EVENT: return .sequenceEnd
    case YAML_MAPPING_START_EVENT:
      return .mappingStart(style: data.mapping_start.style == YAML_FLOW_MAPPING_STYLE ? .flow : .block)
    case YAML_MAPPING_END_EVENT: return .mappingEnd
    default: return .streamStart
    }
  }

  private typealias CText = UnsafePointer<yaml_char_t>

  /// Anchor and tag of an event that can have them; the pointers are valid as long as the event.
  private static func marks(of event: yaml_event_t) -> (anchor: CText?, tag: CText?) {
    let data = event.data
    func marks(
      _ anchor: UnsafeMutablePointer<yaml_char_t>?,
      _ tag: UnsafeMutablePointer<yaml_char_t>?
    ) -> (CText?, CText?) { (anchor.map { CText($0) }, tag.map { CText($0) }) }
    return switch event.type {
    case YAML_SCALAR_EVENT: marks(data.scalar.anchor, data.scalar.tag)
    case YAML_SEQUENCE_START_EVENT: marks(data.sequence_start.anchor, data.sequence_start.tag)
    case YAML_MAPPING_START_EVENT: marks(data.mapping_start.anchor, data.mapping_start.tag)
    default: (nil, nil)
    }
  }

  private static func style(_ style: yaml_scalar_style_t) -> YAMLNode.Style {
    switch style {
    case YAML_PLAIN_SCALAR_STYLE: .plain
    case YAML_LITERAL_SCALAR_STYLE, YAML_FOLDED_SCALAR_STYLE: .blockScalar
    default: .quoted
    }
  }

  private static func text(_ pointer: UnsafePointer<yaml_char_t>?) -> String? {
    pointer.map { String(cString: $0) }
  }

  private func place(_ mark: yaml_mark_t) -> TextPosition {
    TextPosition(line: mark.line + 1, column: mark.column + 1)
  }

  private func problem() -> TextProblem {
    let text = parser.pointee.problem.map { String(cString: $0) }
    let reason = TextProblem.Reason.yamlSyntax(YAMLSyntaxProblem(libraryText: text))
    guard parser.pointee.error == YAML_READER_ERROR else {
      return TextProblem(reason, at: place(parser.pointee.problem_mark))
    }
    // The reader knows only the byte: a control character that YAML does not allow.
    let position = UTF8Check.position(of: parser.pointee.problem_offset, in: Array(input))
    return TextProblem(reason, at: position)
  }
}
