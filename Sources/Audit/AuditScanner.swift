import Formats
import ObjectStore

/// Looks at one file, which may come in pieces; of a file only a line is held, of a long line only a piece.
package struct AuditScanner {
  /// What a file is to the rules, by the end of its name.
  private enum Kind {
    case markdown(MarkdownRules)
    case steps(StepContext)
    case other
  }

  private var sink: FindingSink
  private var kind: Kind
  private var shell = ShellRules()
  private var data = DataRules()
  /// The longest line that is looked at in one piece, in bytes.
  private static let maxLineBytes = 64 << 10
  /// How far from there a longer one is cut, at a space, so that no word is cut that matters.
  private static let searchBytes = 4 << 10

  /// The file of a registry that lists its plugins' slugs.
  private static let catalogPath = "catalog.yaml"

  private var line: [UInt8] = []
  /// Characters of this line that were looked at already.
  private var skipped = 0
  private var number = 1
  private var isBroken = false
  private var catalog: [UInt8]?

  /// Begins a file of a registry.
  package init(_ file: AuditFile) {
    sink = FindingSink(path: file.path, object: file.object)
    let name = file.path.lowercased()
    // A catalog is bounded by the policy, and only as a whole it tells its slugs.
    catalog = file.path == Self.catalogPath ? [] : nil
    if name.hasSuffix(".md") || name.hasSuffix(".markdown") {
      kind = .markdown(MarkdownRules())
    } else if name.hasSuffix(".yaml") || name.hasSuffix(".yml") {
      kind = .steps(StepContext(isJSON: false))
    } else if name.hasSuffix(".json") {
      kind = .steps(StepContext(isJSON: true))
    } else {
      kind = .other
    }
  }

  /// Takes the next bytes of the file.
  package mutating func append(_ bytes: RawSpan) {
    bytes.withUnsafeBytes { buffer in
      catalog?.append(contentsOf: buffer)
      var start = 0
      while start < buffer.count {
        let limit = min(buffer.count, start + Self.maxLineBytes)
        var end = start
        while end < limit, buffer[end] != UInt8(ascii: "\n") { end += 1 }
        line.append(contentsOf: UnsafeRawBufferPointer(rebasing: buffer[start..<end]))
        start = end
        if end < buffer.count, buffer[end] == UInt8(ascii: "\n") {
          endLine()
          start += 1
        } else if line.count >= 2 * Self.maxLineBytes {
          cutLine()
        }
      }
    }
  }

  /// Ends the file.
  consuming func finish() -> FileAudit {
    while line.count > Self.maxLineBytes { cutLine() }
    if !line.isEmpty { scan(line, isCut: false) }
    if case .markdown(var rules) = kind { rules.finish(into: &sink) }
    if let catalog { SlugRules.scan(catalog, into: &sink) }
    return sink.finish()
  }

  private mutating func endLine() {
    // Only before a line feed it is a part of the line's end; alone it returns to the line's beginning.
    if line.last == UInt8(ascii: "\r") { line.removeLast() }
    while line.count > Self.maxLineBytes { cutLine() }
    scan(line, isCut: false)
    line.removeAll(keepingCapacity: true)
    skipped = 0
    number += 1
  }

  /// Looks at the beginning of a long line, as if it came in pieces of this size, wherever the file was cut.
  private mutating func cutLine() {
    var end = Self.maxLineBytes
    let spaces = line[(end - Self.searchBytes)..<end]
    if let space = spaces.lastIndex(where: { $0 == 0x20 || $0 == 0x09 }) {
      end = space + 1
    } else {
      // Not within a character.
      while end > Self.maxLineBytes - 3, line[end] & 0xC0 == 0x80 { end -= 1 }
    }
    let piece = Array(line[..<end])
    line.removeFirst(end)
    skipped += scan(piece, isCut: true).length
  }

  /// Looks at a line or a piece of one.
  ///
  /// - Returns: What was looked at: the bytes, or as much of them as can be read.
  @discardableResult
  private mutating func scan(_ bytes: [UInt8], isCut: Bool) -> AuditLine {
    var current = AuditLine(number: number, bytes: bytes, skipped: skipped, isCut: isCut)
    if !current.isASCII, let offset = UTF8Check.firstInvalidOffset(in: current.bytes) {
      if !isBroken {
        let digits = String(current.bytes[offset], radix: 16, uppercase: true)
        sink.add(.notUTF8, current, at: offset, "the byte 0x\(digits) begins no character")
      }
      isBroken = true
      // The rest is looked at as far as it can be read.
      let text = Array(String(decoding: current.bytes, as: UTF8.self).utf8)
      current = AuditLine(number: number, bytes: text, skipped: skipped, isCut: isCut)
    }
    InvisibleRules.scan(current, isFirst: number == 1 && skipped == 0, into: &sink)
    data.scan(current, into: &sink)
    scanByKind(current)
    return current
  }

  private mutating func scanByKind(_ line: AuditLine) {
    switch kind {
    case .markdown(var rules):
      kind = .other
      let context = rules.scan(line, into: &sink)
      kind = .markdown(rules)
      EscapeRules.scanEntities(line, into: &sink)
      if let context { shell.scan(line, context, into: &sink) }
    case .steps(var steps):
      let (context, joins) = steps.take(line)
      kind = .steps(steps)
      EscapeRules.scanEscapes(line, into: &sink)
      shell.scan(line, context, joins: joins, into: &sink)
    case .other: break
    }
  }
}
