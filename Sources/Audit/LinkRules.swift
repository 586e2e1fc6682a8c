/// The rule about links whose text and target name different hosts.
struct LinkRules {
  /// More links that wait for their definition, or definitions, are not kept.
  private static let maxWaiting = 500
  /// Longer texts and labels are no names of hosts.
  private static let maxTextBytes = 512

  private var definitions: [String: String] = [:]
  private var waiting: [Waiting] = []

  /// A link that names its target by a label.
  private struct Waiting {
    let label: String
    let host: String
    let mark: AuditMark
  }

  /// Looks at a line of prose; `visible` is the line without its code spans.
  mutating func scan(_ line: AuditLine, _ visible: [UInt8], from start: Int?, into sink: inout FindingSink) {
    guard line.has("[") || line.has("<") else { return }
    if let start, takeDefinition(visible, from: start) { return }
    findLinks(line, visible, into: &sink)
    findAnchors(line, visible, into: &sink)
  }

  /// Judges the links whose definitions stand elsewhere.
  mutating func finish(into sink: inout FindingSink) {
    for link in waiting {
      guard let target = definitions[link.label] else { continue }
      Self.judge(link.host, target, into: &sink) { link.mark }
    }
  }

  /// Takes `[label]: target`.
  private mutating func takeDefinition(_ bytes: [UInt8], from start: Int) -> Bool {
    guard start < bytes.count, bytes[start] == UInt8(ascii: "["),
      let close = bytes[start...].prefix(Self.maxTextBytes).firstIndex(of: UInt8(ascii: "]")),
      close + 1 < bytes.count, bytes[close + 1] == UInt8(ascii: ":")
    else { return false }
    let target = bytes[(close + 2)...].drop { $0 == 0x20 || $0 == 0x09 || $0 == UInt8(ascii: "<") }
      .prefix { $0 > 0x20 && $0 != UInt8(ascii: ">") }
    let label = Self.label(bytes[(start + 1)..<close])
    if let host = LinkHost.ofTarget(target), definitions.count < Self.maxWaiting, definitions[label] == nil {
      definitions[label] = host
    }
    return true
  }

  private static func label(_ bytes: ArraySlice<UInt8>) -> String {
    String(decoding: bytes, as: UTF8.self).lowercased().split(separator: " ").joined(separator: " ")
  }

  // MARK: Links

  private mutating func findLinks(_ line: AuditLine, _ visible: [UInt8], into sink: inout FindingSink) {
    // Only innermost brackets: pairs within pairs would be read again and again.
    var open: Int?
    for offset in visible.indices {
      if visible[offset] == UInt8(ascii: "[") { open = offset }
      guard visible[offset] == UInt8(ascii: "]"), let begin = open else { continue }
      open = nil
      guard offset - begin <= Self.maxTextBytes,
        let host = LinkHost.ofText(line.bytes[(begin + 1)..<offset])
      else { continue }
      guard offset + 1 < visible.count, visible[offset + 1] == UInt8(ascii: "(") else {
        wait(for: visible, behind: offset, text: (begin + 1)..<offset, host, line.mark(at: begin))
        continue
      }
      let target = visible[(offset + 2)...].drop { $0 == 0x20 || $0 == UInt8(ascii: "<") }
        .prefix(while: Self.isOfTarget)
      guard let other = LinkHost.ofTarget(target) else { continue }
      Self.judge(host, other, into: &sink) { line.mark(at: begin) }
    }
  }

  /// A target has no brackets of its own here, for the same reason.
  private static func isOfTarget(_ byte: UInt8) -> Bool {
    switch byte {
    case 0...0x20, UInt8(ascii: ")"), UInt8(ascii: ">"), UInt8(ascii: "["), UInt8(ascii: "]"): false
    default: true
    }
  }

  /// Remembers `[text][label]`, `[text][]` and `[text]`.
  private mutating func wait(
    for bytes: [UInt8],
    behind close: Int,
    text: Range<Int>,
    _ host: String,
    _ mark: AuditMark
  ) {
    guard waiting.count < Self.maxWaiting else { return }
    var range = text
    if close + 1 < bytes.count, bytes[close + 1] == UInt8(ascii: "["),
      let end = bytes[(close + 2)...].prefix(Self.maxTextBytes).firstIndex(of: UInt8(ascii: "]")),
      end > close + 2
    {
      range = (close + 2)..<end
    }
    waiting.append(Waiting(label: Self.label(bytes[range]), host: host, mark: mark))
  }

  // MARK: HTML

  /// Looks at `<a href="target">text</a>` within one line.
  private func findAnchors(_ line: AuditLine, _ visible: [UInt8], into sink: inout FindingSink) {
    var anchor: (begin: Int, text: Int, target: String)?
    var offset = 0
    while let begin = visible[offset...].firstIndex(of: UInt8(ascii: "<")) {
      if let current = anchor {
        if let host = LinkHost.ofText(line.bytes[current.text..<begin].prefix(Self.maxTextBytes)) {
          Self.judge(host, current.target, into: &sink) { line.mark(at: current.begin) }
        }
        anchor = nil
      }
      guard let end = visible[begin...].firstIndex(of: UInt8(ascii: ">")) else { return }
      offset = end + 1
      if line.has("<a ", at: begin), let target = Self.target(of: line, in: begin..<end) {
        anchor = (begin, offset, target)
      }
    }
  }

  private static func target(of line: AuditLine, in tag: Range<Int>) -> String? {
    guard let attribute = tag.first(where: { line.has("href=", at: $0) }) else { return nil }
    let value = line.bytes[(attribute + 5)..<tag.upperBound]
      .drop { $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "'") }
      .prefix { $0 > 0x20 && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "'") }
    return LinkHost.ofTarget(value)
  }

  private static func judge(
    _ text: String,
    _ target: String,
    into sink: inout FindingSink,
    at mark: () -> AuditMark
  ) {
    guard !LinkHost.isSame(text, target) else { return }
    let detail = "the text names '\(VisibleText.of(text))', the target is '\(VisibleText.of(target))'"
    sink.add(.linkHost, mark(), detail)
  }
}

/// The hosts that links name.
enum LinkHost {
  /// A name without scheme is taken for a host only in these domains: `README.md` and `Node.js` are none.
  private static let domains: Set<String> = [
    "app", "com", "dev", "edu", "gov", "int", "mil", "net", "org",
  ]

  /// The host of a target; nil for a path, an anchor, a mail address.
  static func ofTarget(_ bytes: ArraySlice<UInt8>) -> String? {
    let text = String(decoding: bytes.prefix(2_048), as: UTF8.self)
    guard let start = afterScheme(text) else { return nil }
    return host(text[start...])
  }

  /// The host that a link's text names; nil where it names none.
  static func ofText(_ bytes: ArraySlice<UInt8>) -> String? {
    let marks: Set<Character> = [" ", "*", "_", "`", "~", "\t", "<", ">"]
    var text = Substring(String(decoding: bytes, as: UTF8.self))
    while let first = text.first, marks.contains(first) { text.removeFirst() }
    while let last = text.last, marks.contains(last) { text.removeLast() }
    guard !text.contains(" ") else { return nil }
    if let start = afterScheme(String(text)) { return host(String(text)[start...]) }
    guard !text.contains("@"), let name = host(text) else { return nil }
    let labels = name.split(separator: ".", omittingEmptySubsequences: false)
    guard labels.count >= 2, labels.allSatisfy({ !$0.isEmpty }), let last = labels.last else { return nil }
    return text.lowercased().hasPrefix("www.") || domains.contains(String(last)) ? name : nil
  }

  /// Whether two names are one host, or one is within the other's domain.
  static func isSame(_ left: String, _ right: String) -> Bool {
    left == right || left.hasSuffix(".\(right)") || right.hasSuffix(".\(left)")
  }

  /// Where the host begins in a URL with a scheme that leads to a host, or in `//host/path`.
  private static func afterScheme(_ text: String) -> String.Index? {
    let lower = text.lowercased()
    for scheme in ["https://", "http://", "//", "ftp://"] where lower.hasPrefix(scheme) {
      return text.utf8.index(text.startIndex, offsetBy: scheme.utf8.count)
    }
    return nil
  }

  /// The host at the beginning of a text, without user, port, `www.` and a final dot, in lower case.
  private static func host(_ text: Substring) -> String? {
    var name = text.prefix { !"/?#\\".contains($0) }
    // What stands before an @ is a user's name, however much it looks like a host.
    if let at = name.lastIndex(of: "@") { name = name[name.index(after: at)...] }
    if !name.hasPrefix("["), let colon = name.firstIndex(of: ":") { name = name[..<colon] }
    if name.hasSuffix(".") { name.removeLast() }
    var lower = name.lowercased()
    if lower.hasPrefix("www."), lower.utf8.count > 4 { lower.removeFirst(4) }
    return lower.isEmpty ? nil : lower
  }
}
