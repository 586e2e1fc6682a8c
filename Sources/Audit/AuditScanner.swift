import Formats
import ObjectStore

/// Looks at one file, which may come in pieces.
///
/// What is told by single lines is looked at while they come. What only the whole file tells, the page of a Markdown
/// file, the scalars of JSON and YAML, the commands of a script, is looked at when it ends; a file that is too large for
/// that is reported as such, and its lines are taken for commands.
package struct AuditScanner {
  /// The largest file that is looked at as a whole, in bytes: no page is as long, and several are looked at at once.
  static let maxWholeBytes = 4 << 20
  /// The longest line that is looked at in one piece, in bytes.
  private static let maxLineBytes = 64 << 10
  /// How far from there a longer one is cut, at a space, so that no word is cut that matters.
  private static let searchBytes = 4 << 10

  private let file: AuditFile
  private let kind: AuditKind
  private let watch: AuditWatch
  private var sink: FindingSink
  private var data = DataRules()

  private var line: [UInt8] = []
  /// Characters of this line that were looked at already.
  private var skipped = 0
  private var number = 1
  private var isBroken = false
  /// The whole file, as far as it is looked at as a whole.
  private var whole: [UInt8]?

  /// Begins a file of a registry.
  ///
  /// `isCancelled` says whether the audit shall end. It is asked every 256 KiB, on the thread that gives the bytes. Once it
  /// said so, the scanner does nothing any more, and what it found means nothing.
  package init(_ file: AuditFile, isCancelled: @escaping () -> Bool = { false }) {
    self.file = file
    kind = AuditKind(path: file.path)
    watch = AuditWatch(isCancelled)
    sink = FindingSink(path: file.path, object: file.object)
    whole = kind == .other ? nil : []
  }

  /// Begins the same file again, after bytes that were not the file's.
  package mutating func restart() {
    let watch = watch
    self = AuditScanner(file) { watch.isCancelled || watch.pass(AuditWatch.interval) }
  }

  /// Takes the next bytes of the file.
  package mutating func append(_ bytes: RawSpan) {
    bytes.withUnsafeBytes { buffer in
      keep(buffer)
      var start = 0
      while start < buffer.count, !watch.isCancelled {
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

  /// Keeps the file to look at it as a whole, as long as it is not too large.
  private mutating func keep(_ buffer: UnsafeRawBufferPointer) {
    guard let count = whole?.count else { return }
    guard count + buffer.count > Self.maxWholeBytes else {
      whole?.append(contentsOf: buffer)
      return
    }
    let kept = whole ?? []
    whole = nil
    // From here on commands are looked for in each line alone; in the part that was kept, now.
    LargeFileRules.scan(kept, watch, into: &sink)
  }

  /// Ends the file.
  consuming func finish() -> FileAudit {
    while line.count > Self.maxLineBytes { cutLine() }
    if !line.isEmpty { scan(line, isCut: false) }
    if whole == nil, kind != .other, !watch.isCancelled {
      let mark = AuditMark(position: .start, excerpt: "")
      sink.add(.hiddenText, mark, "more than \(Self.maxWholeBytes >> 20) MiB are not read as a page")
    }
    if let whole, !watch.isCancelled { WholeRules.scan(whole, kind, watch, into: &sink) }
    var audit = sink.finish()
    audit.isComplete = !watch.isCancelled
    return audit
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
    guard !watch.pass(bytes.count + 1) else { return current }
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
    if kind == .markdown { LongLineRule.scan(current, into: &sink) }
    if kind == .json || kind == .yaml { EscapeRules.scanEscapes(current, into: &sink) }
    if whole == nil, kind != .other { LargeFileRules.scan(current, watch, into: &sink) }
    return current
  }
}
