import Formats

/// Reads the scalars of YAML, decoded, with the places that they come from.
///
/// Lenient: it accepts tags, aliases and several documents, which `SafeYAML` refuses.
enum YAMLScalars {
  /// The largest text that is read.
  static let maxBytes = SafeYAML.maxBytes
  /// The maximum nesting of lists and maps.
  private static let maxDepth = 256

  /// Reads a text of valid UTF-8; `take` gets the events and returns whether to go on.
  ///
  /// - Returns: The offset up to which the text is YAML: the beginning of the last event's line, or the size of the
  /// text.
  static func read(_ text: SourceText, _ take: (DataEvent) -> Bool) -> Int {
    var reader = Reader(text)
    do {
      guard text.count <= maxBytes else { return 0 }
      let events = try YAMLEvents(text.bytes)
      while true {
        let event = try events.next()
        if case .streamEnd = event.kind { return text.count }
        guard let told = reader.take(event) else { continue }
        guard reader.depth <= maxDepth, take(told) else { return reader.lineStart }
      }
    } catch {
      return reader.lineStart
    }
  }

  /// Turns events of libyaml into keys and scalars with their places.
  private struct Reader {
    private let text: SourceText
    private let bytes: [UInt8]
    /// For each open map, whether a key comes next; nil for an open list.
    private var waits: [Bool?] = []
    /// The index of a character and of the byte at which it begins; moves only forward.
    private var cursor = (character: 0, byte: 0)

    init(_ text: SourceText) {
      self.text = text
      bytes = text.bytes
    }

    var depth: Int { waits.count }

    /// Where the line of the last event begins.
    var lineStart: Int {
      let end = min(cursor.byte, bytes.count)
      return bytes[..<end].lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
    }

    mutating func take(_ event: YAMLEvent) -> DataEvent? {
      switch event.kind {
      case .sequenceStart:
        noteValue()
        waits.append(nil)
        return .listStart
      case .mappingStart:
        noteValue()
        waits.append(true)
        return .mapStart
      case .sequenceEnd, .mappingEnd:
        _ = waits.popLast()
        return .end
      case .alias:
        _ = noteValue()
        return nil
      case .scalar(let value, let style):
        let start = byte(at: event.characters.lowerBound)
        let end = byteBehind(event.characters)
        let scalar = scalar(value, style, start..<max(start, end))
        if noteValue() { return .key(scalar.text) }
        return .scalar(scalar.text, isDecoded: scalar.isDecoded)
      case .streamStart, .streamEnd, .documentStart, .documentEnd: return nil
      }
    }

    /// Records that a node was read.
    ///
    /// - Returns: Whether it is a key.
    @discardableResult
    private mutating func noteValue() -> Bool {
      guard let last = waits.indices.last, let isKey = waits[last] else { return false }
      waits[last] = !isKey
      return isKey
    }

    /// The byte at which a character begins.
    private mutating func byte(at character: Int) -> Int {
      while cursor.character < character, cursor.byte < bytes.count {
        cursor.byte += 1
        while cursor.byte < bytes.count, bytes[cursor.byte] & 0xC0 == 0x80 { cursor.byte += 1 }
        cursor.character += 1
      }
      return cursor.byte
    }

    /// The byte after a range of characters; the next event may begin before it.
    private func byteBehind(_ characters: Range<Int>) -> Int {
      var offset = cursor.byte
      for _ in characters where offset < bytes.count {
        offset += 1
        while offset < bytes.count, bytes[offset] & 0xC0 == 0x80 { offset += 1 }
      }
      return offset
    }

    // MARK: Places

    /// A scalar with the places of its characters, found by comparing it with its source step by step.
    private func scalar(
      _ value: String,
      _ style: YAMLNode.Style,
      _ range: Range<Int>
    ) -> (text: SourceText, isDecoded: Bool) {
      let decoded = Array(value.utf8)
      if range.count == decoded.count, bytes[range].elementsEqual(decoded) {
        return (text.slice(range), false)
      }
      let isDouble = range.first.map { bytes[$0] == UInt8(ascii: "\"") } ?? false
      var source = style == .blockScalar ? bodyStart(range) : range.lowerBound + (style == .quoted ? 1 : 0)
      var isDecoded = false
      var result = SourceText()
      var isEscape = false
      for byte in decoded {
        // Further bytes of a character follow its first byte, or belong to the same escape.
        let isFirst = byte & 0xC0 != 0x80
        if isFirst {
          source = place(
            of: byte,
            from: source + (isEscape ? escapeLength(at: source) : 0),
            in: range,
            isDouble: isDouble
          )
          isEscape = isDouble && source < range.upperBound && bytes[source] == UInt8(ascii: "\\")
          isDecoded = isDecoded || isEscape
        }
        result.append(byte, from: text.source(at: source))
        if !isEscape, source < range.upperBound { source += 1 }
      }
      return (result, isDecoded)
    }

    /// The place of a character of a scalar, searched from `start` on.
    private func place(of byte: UInt8, from start: Int, in range: Range<Int>, isDouble: Bool) -> Int {
      var source = start
      while source < range.upperBound {
        let raw = bytes[source]
        if raw == byte || isDouble && raw == UInt8(ascii: "\\") { return source }
        // The end of a folded line becomes a space, and its indentation is dropped.
        if byte == 0x20, raw == 0x0A { return source }
        guard raw <= 0x20 || raw == UInt8(ascii: "'") || raw == 0xEF else { return source }
        source += 1
      }
      return start
    }

    /// Where the lines of a block scalar begin, after its `|` or `>`.
    private func bodyStart(_ range: Range<Int>) -> Int {
      bytes[range].firstIndex(of: 0x0A).map { $0 + 1 } ?? range.lowerBound
    }

    /// The number of bytes of an escape.
    private func escapeLength(at start: Int) -> Int {
      guard start + 1 < bytes.count else { return 1 }
      switch bytes[start + 1] {
      case UInt8(ascii: "x"): return 4
      case UInt8(ascii: "u"): return 6
      case UInt8(ascii: "U"): return 10
      default: return 2
      }
    }
  }
}
