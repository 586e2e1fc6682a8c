/// Reads the safe subset of YAML 1.1 (DESIGN section 4), over libyaml.
///
/// Besides bad syntax these are refused: tags, anchors and aliases, duplicate keys, keys that are not text, a second
/// document, nesting past `maxDepth`, more than `maxBytes`, invalid UTF-8, and a byte order mark (the Node tool would
/// read it as part of the first key). Scalars stay text; `YAMLNode` says how they are interpreted.
package enum SafeYAML {
  /// How deep lists and maps may be nested.
  package static let maxDepth = 64
  /// The largest text that is read, in bytes.
  package static let maxBytes = 16 << 20

  /// Reads one document; an empty one, or one with only comments, is null.
  ///
  /// - Throws: `TextProblem` with line and column of the first thing that is wrong.
  package static func parse(_ bytes: [UInt8]) throws(TextProblem) -> YAMLNode {
    guard bytes.count <= maxBytes else {
      throw TextProblem(.tooLarge(bytes: bytes.count, limit: maxBytes), at: nil)
    }
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { throw TextProblem(.byteOrderMark, at: .start) }
    if let offset = UTF8Check.firstInvalidOffset(in: bytes) {
      throw TextProblem(.invalidUTF8, at: UTF8Check.position(of: offset, in: bytes))
    }
    var reader = YAMLReader(events: try YAMLEvents(bytes))
    return try reader.readStream()
  }
}

/// The recursive reader behind `SafeYAML`.
private struct YAMLReader: ~Copyable {
  private let events: YAMLEvents
  private var depth = 0

  init(events: consuming YAMLEvents) {
    self.events = events
  }

  mutating func readStream() throws(TextProblem) -> YAMLNode {
    _ = try events.next()
    let first = try events.next()
    guard case .documentStart(let hasTagDirectives) = first.kind else {
      return YAMLNode(.scalar(""), style: .plain)
    }
    if hasTagDirectives { throw TextProblem(.tagRefused("%TAG"), at: first.position) }
    let root = try readNode(try events.next())
    _ = try events.next()
    let last = try events.next()
    guard case .streamEnd = last.kind else { throw TextProblem(.severalDocuments, at: last.position) }
    return root
  }

  private mutating func readNode(_ event: YAMLEvent) throws(TextProblem) -> YAMLNode {
    try refuseMarks(of: event)
    switch event.kind {
    case .scalar(let text, let style):
      return YAMLNode(.scalar(text), style: style, position: event.position, end: event.end)
    case .sequenceStart(let style):
      try enter(event)
      let (items, end) = try readItems()
      return YAMLNode(.sequence(items), style: style, position: event.position, end: end)
    case .mappingStart(let style):
      try enter(event)
      let (members, end) = try readMembers()
      return YAMLNode(.mapping(members), style: style, position: event.position, end: end)
    default:
      // The parser sends a node only where one begins; anything else would be a bug of libyaml, not of the text.
      throw TextProblem(.yamlSyntax(.missingValue), at: event.position)
    }
  }

  private mutating func readItems() throws(TextProblem) -> ([YAMLNode], end: TextPosition) {
    var items: [YAMLNode] = []
    while true {
      let event = try events.next()
      if case .sequenceEnd = event.kind {
        depth -= 1
        return (items, event.end)
      }
      items.append(try readNode(event))
    }
  }

  private mutating func readMembers() throws(TextProblem) -> ([YAMLMember], end: TextPosition) {
    var members: [YAMLMember] = []
    var keys = NameSet()
    while true {
      let event = try events.next()
      if case .mappingEnd = event.kind {
        depth -= 1
        return (members, event.end)
      }
      try refuseMarks(of: event)
      guard case .scalar(let key, _) = event.kind else { throw TextProblem(.complexKey, at: event.position) }
      guard keys.insert(key) else { throw TextProblem(.duplicateKey(key), at: event.position) }
      let value = try readNode(try events.next())
      members.append(YAMLMember(key, value, position: event.position, end: event.end))
    }
  }

  private mutating func enter(_ event: YAMLEvent) throws(TextProblem) {
    guard depth < SafeYAML.maxDepth else {
      throw TextProblem(.tooDeep(limit: SafeYAML.maxDepth), at: event.position)
    }
    depth += 1
  }

  private func refuseMarks(of event: YAMLEvent) throws(TextProblem) {
    if case .alias(let name) = event.kind { throw TextProblem(.aliasRefused(name), at: event.position) }
    if let anchor = event.anchor { throw TextProblem(.anchorRefused(anchor), at: event.position) }
    if let tag = event.tag { throw TextProblem(.tagRefused(tag), at: event.position) }
  }
}
