import Formats
import ObjectStore

/// Audits one file, which may come in pieces.
///
/// Rules about single lines are applied as the lines come. Rules that need the whole file (a Markdown page, the scalars
/// of JSON and YAML, the commands of a script) are applied at its end. A file that is too large for that is reported as
/// such, and each of its lines is read as commands.
package struct AuditScanner {
  /// The size limit for reading a whole file, in bytes: real pages are smaller, and several files are read at once.
  static let maxWholeBytes = 4 << 20
  /// The longest line that is read in one piece, in bytes.
  private static let maxLineBytes = 64 << 10
  /// A longer line is cut at a space within so many bytes of that length, so that words stay whole.
  private static let searchBytes = 4 << 10

  /// The bytes within which an interpreter line is looked for.
  private static let interpreterBytes = 261

  /// The file that is audited.
  package let file: AuditFile
  private let kind: AuditKind
  private let watch: AuditWatch
  private var sink: FindingSink
  private var data = DataRules()

  private var line: [UInt8] = []
  /// The number of characters of this line in earlier pieces.
  private var skipped = 0
  private var number = 1
  private var isBroken = false
  private var isDiscarded = false
  /// What the interpreter line makes of the file; nil where it has none, or too little of it has come.
  private var interpreted: AuditKind?
  /// The bytes so far; nil for a file that is too large to be read as a whole.
  private var whole: [UInt8]?

  /// Starts the audit of a file.
  ///
  /// `isCancelled` says whether to stop. It is called every 256 KiB, on the thread that passes the bytes. After it has
  /// returned true, the scanner does nothing more, and its findings must not be used.
  package init(_ file: AuditFile, isCancelled: @escaping () -> Bool = { false }) {
    self.file = file
    kind = AuditKind(path: file.path)
    watch = AuditWatch(isCancelled)
    sink = FindingSink(path: file.path, object: file.object)
    whole = []
  }

  /// Starts the same file again, because the bytes so far were not those of the file.
  package mutating func restart() {
    let watch = watch
    self = AuditScanner(file) { watch.isCancelled || watch.pass(AuditWatch.interval) }
  }

  /// Drops the findings of this file: it turned out to be none that people or agents read.
  package mutating func discard() {
    isDiscarded = true
  }

  package mutating func append(_ bytes: RawSpan) {
    bytes.withUnsafeBytes { buffer in
      keep(buffer)
      var start = 0
      while start < buffer.count, !watch.isCancelled {
        let limit = min(buffer.count, start + Self.maxLineBytes)
        let end = ByteSearch.find(UInt8(ascii: "\n"), in: buffer, start..<limit)
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

  /// Keeps bytes for the rules that need the whole file, unless it is too large.
  private mutating func keep(_ buffer: UnsafeRawBufferPointer) {
    guard let count = whole?.count else { return }
    guard count + buffer.count > Self.maxWholeBytes else {
      whole?.append(contentsOf: buffer)
      return findInterpreter()
    }
    findInterpreter(before: buffer)
    guard isRead else {
      whole = nil
      return
    }
    let kept = whole ?? []
    whole = nil
    // From here on each line is read as commands by itself; the lines that were kept are read now.
    LargeFileRules.scan(kept, watch, into: &sink)
  }

  /// Whether there are rules for the whole file.
  private var isRead: Bool { kind != .other || interpreted != nil }

  /// Looks for an interpreter line, which may come in pieces; a file of no kind that has none is not kept.
  private mutating func findInterpreter(before more: UnsafeRawBufferPointer? = nil) {
    guard var start = whole.map({ Array($0.prefix(Self.interpreterBytes)) }) else { return }
    if let more { start.append(contentsOf: more.prefix(Self.interpreterBytes - start.count)) }
    interpreted = AuditKind(interpreterOf: start)
    if !isRead, start.count >= 5 { whole = nil }
  }

  /// Ends the file and returns its findings.
  consuming func finish() -> FileAudit {
    if isDiscarded { return FileAudit() }
    while line.count > Self.maxLineBytes { cutLine() }
    if !line.isEmpty { scan(line, isCut: false) }
    if whole == nil, isRead, !watch.isCancelled {
      let mark = AuditMark(position: .start, excerpt: "")
      sink.add(.hiddenText, mark, "more than \(Self.maxWholeBytes >> 20) MiB are not read as a page")
    }
    if let whole, !watch.isCancelled {
      WholeRules.scan(whole, kind, watch, into: &sink)
      // What has an interpreter line is a script too, whatever it is called.
      if let interpreted, interpreted != kind { WholeRules.scan(whole, interpreted, watch, into: &sink) }
    }
    var audit = sink.finish()
    audit.isComplete = !watch.isCancelled
    return audit
  }

  private mutating func endLine() {
    // A carriage return belongs to the line's end only before a line feed; elsewhere it is a control character.
    if line.last == UInt8(ascii: "\r") { line.removeLast() }
    while line.count > Self.maxLineBytes { cutLine() }
    scan(line, isCut: false)
    line.removeAll(keepingCapacity: true)
    skipped = 0
    number += 1
  }

  /// Scans the beginning of a long line; where it is cut does not depend on the pieces in which the file came.
  private mutating func cutLine() {
    var end = Self.maxLineBytes
    let spaces = line[(end - Self.searchBytes)..<end]
    if let space = spaces.lastIndex(where: { $0 == 0x20 || $0 == 0x09 }) {
      end = space + 1
    } else {
      // A character must not be cut.
      while end > Self.maxLineBytes - 3, line[end] & 0xC0 == 0x80 { end -= 1 }
    }
    let piece = Array(line[..<end])
    line.removeFirst(end)
    skipped += scan(piece, isCut: true).length
  }

  /// Scans a line or a piece of one.
  ///
  /// - Returns: The text that was scanned; bytes that are not UTF-8 are replaced in it.
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
      // Bytes that are not UTF-8 are replaced, so that the rest of the line can be scanned.
      let text = Array(String(decoding: current.bytes, as: UTF8.self).utf8)
      current = AuditLine(number: number, bytes: text, skipped: skipped, isCut: isCut)
    }
    InvisibleRules.scan(current, isFirst: number == 1 && skipped == 0, into: &sink)
    data.scan(current, into: &sink)
    if kind == .markdown { LongLineRule.scan(current, into: &sink) }
    if kind == .json || kind == .yaml { EscapeRules.scanEscapes(current, into: &sink) }
    if whole == nil, isRead { LargeFileRules.scan(current, watch, into: &sink) }
    return current
  }
}
