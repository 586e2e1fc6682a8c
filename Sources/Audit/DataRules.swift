import Formats

/// The rules about content that is not shown as text: `data:` URLs and long base64.
struct DataRules {
  /// Base64 of at least so many characters, on one line or several, is reported.
  static let maxBase64Length = 256
  /// Shorter lines are not taken for a part of base64 over several lines.
  private static let minLineLength = 60

  private var block = Run()
  private var blockMark: AuditMark?
  private var isReported = false

  mutating func scan(_ line: AuditLine, into sink: inout FindingSink) {
    let urls = findDataURLs(line, into: &sink)
    guard line.bytes.count >= Self.minLineLength || block.length > 0 else { return }
    let only = findBase64(line, urls, into: &sink)
    continueBlock(with: only, line, into: &sink)
  }

  // MARK: data: URLs

  /// Reports every `data:` URL; returns where their contents begin.
  private func findDataURLs(_ line: AuditLine, into sink: inout FindingSink) -> [Int] {
    guard line.has(":") else { return [] }
    var contents: [Int] = []
    var next = 4
    while let colon = Self.nextColon(line.bytes, from: next) {
      next = colon + 1
      let start = colon - 4
      guard line.has("data", at: start), start == 0 || !Self.isWord(line.bytes[start - 1]),
        let comma = Self.contentOfURL(line.bytes[(colon + 1)...])
      else { continue }
      let kind = String(decoding: line.bytes[(colon + 1)..<comma], as: UTF8.self)
      sink.add(.dataURL, line, at: start, "a data: URL of '\(kind.isEmpty ? "text/plain" : kind)'")
      contents.append(comma + 1)
    }
    return contents
  }

  /// The next colon that an `a` precedes.
  private static func nextColon(_ bytes: [UInt8], from start: Int) -> Int? {
    bytes.withUnsafeBufferPointer { bytes in
      var offset = start
      while offset < bytes.count {
        if bytes[offset] == UInt8(ascii: ":"), bytes[offset - 1] | 0x20 == UInt8(ascii: "a") { return offset }
        offset += 1
      }
      return nil
    }
  }

  /// The offset of the comma in `[type/subtype][;parameter]*,content` (RFC 2397); nil for other text.
  private static func contentOfURL(_ rest: ArraySlice<UInt8>) -> Int? {
    guard let comma = rest.prefix(128).firstIndex(of: UInt8(ascii: ",")), comma + 1 < rest.endIndex,
      rest[comma + 1] > 0x20
    else { return nil }
    let head = rest[..<comma]
    let type = head.prefix { $0 != UInt8(ascii: ";") }
    let isLegal = head.allSatisfy { isWord($0) || "/.+;=\"'*&!#$^%".utf8.contains($0) }
    return isLegal && (type.isEmpty || type.contains(UInt8(ascii: "/"))) ? comma : nil
  }

  private static func isWord(_ byte: UInt8) -> Bool {
    ASCII.isLetterOrDigit(byte) || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-")
  }

  // MARK: Base64

  /// A run of characters of the base64 alphabets, counted by class.
  private struct Run {
    var length = 0
    var hasUpper = false
    var hasLower = false
    var hasDigit = false
    var symbols = 0

    mutating func append(_ byte: UInt8) {
      length += 1
      switch byte {
      case 0x41...0x5A: hasUpper = true
      case 0x61...0x7A: hasLower = true
      case 0x30...0x39: hasDigit = true
      default: symbols += 1
      }
    }

    mutating func append(_ other: Run) {
      length += other.length
      hasUpper = hasUpper || other.hasUpper
      hasLower = hasLower || other.hasLower
      hasDigit = hasDigit || other.hasDigit
      symbols += other.symbols
    }

    /// Whether it looks like base64: a hash has letters of one case only, and a path or a line of dashes many symbols.
    var isBlob: Bool {
      length >= DataRules.maxBase64Length && hasUpper && hasLower && hasDigit && symbols * 8 <= length
    }
  }

  private static func isBase64(_ byte: UInt8) -> Bool { alphabet[Int(byte)] }

  private static let alphabet: [Bool] = (0...255).map { isWord($0) || $0 == 0x2B || $0 == 0x2F }

  /// Reports long runs within the line.
  ///
  /// - Returns: The run that fills the line, apart from white space, quotes and padding; nil if none does.
  private func findBase64(
    _ line: AuditLine,
    _ urls: [Int],
    into sink: inout FindingSink
  ) -> (run: Run, start: Int)? {
    var only: (run: Run, start: Int)?
    let alphabet = Self.alphabet
    let count = line.bytes.count
    line.bytes.withUnsafeBufferPointer { bytes in
      var start = 0
      while start + Self.minLineLength <= count {
        // Checked from its end backward, a stretch with a character that is not base64 is skipped in one step.
        var check = start + Self.minLineLength - 1
        while check >= start, alphabet[Int(bytes[check])] { check -= 1 }
        guard check < start else {
          start = check + 1
          continue
        }
        var run = Run()
        var end = start
        while end < count, alphabet[Int(bytes[end])] {
          run.append(bytes[end])
          end += 1
        }
        // The content of a data: URL was already reported.
        if run.isBlob, !urls.contains(start) {
          sink.add(.base64Blob, line, at: start, "\(run.length) characters of base64")
        }
        let isAll = bytes[..<start].allSatisfy(Self.isAround) && bytes[end...].allSatisfy(Self.isAround)
        only = isAll ? (run, start) : nil
        start = end
      }
    }
    return only
  }

  private static func isAround(_ byte: UInt8) -> Bool { " \t\"',=>|".utf8.contains(byte) }

  /// Adds up lines that hold nothing but base64.
  private mutating func continueBlock(
    with only: (run: Run, start: Int)?,
    _ line: AuditLine,
    into sink: inout FindingSink
  ) {
    guard let only, only.run.length >= Self.minLineLength, !only.run.isBlob else {
      block = Run()
      blockMark = nil
      isReported = false
      return
    }
    if blockMark == nil { blockMark = line.mark(at: only.start) }
    block.append(only.run)
    if block.isBlob, !isReported, let mark = blockMark {
      isReported = true
      sink.add(.base64Blob, mark, "more than \(Self.maxBase64Length) characters of base64 in lines")
    }
  }
}
