import Formats

/// What a skill, an agent or a command says of itself: the YAML between two `---` lines at the head of a Markdown file.
package struct MarkdownHead: Equatable, Sendable {
  package private(set) var name: String?
  package private(set) var description: String?
  package private(set) var version: String?
  package private(set) var author: String?

  /// The largest head that is read, in bytes.
  private static let maxBytes = 64 << 10

  /// Reads the head of a file; nil where it has none.
  ///
  /// Many heads are no valid YAML, mostly because of a colon in a description. Tools read them all the same, so the
  /// lines of such a head are taken by themselves.
  package init?(of bytes: [UInt8]) {
    guard let lines = Self.findLines(bytes) else { return nil }
    let text = lines.joined(separator: [UInt8(ascii: "\n")])
    // try?: what is no YAML is read line by line.
    if let root = try? SafeYAML.parse(Array(text)), let fields = try? YAMLFields(root, known: nil) {
      read(fields)
    } else {
      read(lines)
    }
  }

  private mutating func read(_ fields: YAMLFields) {
    func text(_ fields: YAMLFields?, _ key: String) -> String? {
      guard case .scalar(let text)? = fields?.find(key)?.content, !text.isEmpty else { return nil }
      return text
    }
    // try?: metadata that is no map says nothing.
    let more = fields.find("metadata").flatMap { try? YAMLFields($0, known: nil) }
    name = text(fields, "name")
    description = text(fields, "description")
    version = text(fields, "version") ?? text(more, "version")
    author = text(fields, "author") ?? text(more, "author")
  }

  private mutating func read(_ lines: [ArraySlice<UInt8>]) {
    for line in lines {
      guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { continue }
      let value = Self.unquoted(String(decoding: line[(colon + 1)...], as: UTF8.self))
      guard !value.isEmpty else { continue }
      switch String(decoding: line[..<colon], as: UTF8.self) {
      case "name": name = name ?? value
      case "description": description = description ?? value
      case "version": version = version ?? value
      case "author": author = author ?? value
      default: continue
      }
    }
  }

  /// The lines between the marks, without their ends; nil where a mark is missing.
  private static func findLines(_ bytes: [UInt8]) -> [ArraySlice<UInt8>]? {
    let start = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    let lines = bytes[start...].prefix(maxBytes)
      .split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
      .map { $0.last == UInt8(ascii: "\r") ? $0.dropLast() : $0 }
    guard let first = lines.first, isMark(first) else { return nil }
    guard let end = lines.dropFirst().firstIndex(where: isMark) else { return nil }
    return Array(lines[1..<end])
  }

  private static func isMark(_ line: ArraySlice<UInt8>) -> Bool {
    line.starts(with: Array("---".utf8)) && line.dropFirst(3).allSatisfy { $0 == 0x20 || $0 == 0x09 }
  }

  private static func unquoted(_ text: String) -> String {
    var scalars = Substring(text).unicodeScalars
    while scalars.first == " " || scalars.first == "\t" { scalars.removeFirst() }
    while scalars.last == " " || scalars.last == "\t" { scalars.removeLast() }
    guard scalars.count > 1, let quote = scalars.first, quote == "\"" || quote == "'", scalars.last == quote
    else { return String(scalars) }
    return String(scalars.dropFirst().dropLast())
  }
}
