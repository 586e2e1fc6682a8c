import Formats

/// The rules about invisible characters.
struct InvisibleRules {
  /// So many or more invisible characters in a row are reported as one run.
  static let runLength = 3

  /// Scans a line; `isFirst` is true for the first line of the file.
  static func scan(_ line: AuditLine, isFirst: Bool, into sink: inout FindingSink) {
    guard !line.isPlain, mayHaveInvisible(line.bytes) else { return }
    let scalars = Array(String(decoding: line.bytes, as: UTF8.self).unicodeScalars)
    let isRightToLeft = scalars.contains(where: InvisibleCharacters.isRightToLeft)
    for run in InvisibleRuns.find(in: scalars) {
      let offset = scalars[..<run.index].reduce(0) { $0 + UTF8.width($1) }
      sink.add(run.rule, line, at: offset, run.detail)
    }
    var index = 0
    var offset = 0
    // Some editors begin every file with a byte order mark.
    if isFirst, scalars.first?.value == 0xFEFF { (index, offset) = (1, 3) }
    while index < scalars.count {
      let start = index
      if let flag = InvisibleCharacters.flagLength(at: index, in: scalars) {
        index += flag
        for scalar in scalars[start..<index] { offset += UTF8.width(scalar) }
        continue
      }
      let length = suspectLength(at: index, in: scalars, isRightToLeft)
      if length > 0 { report(scalars[start..<start + length], line, offset, into: &sink) }
      index += max(1, length)
      for scalar in scalars[start..<index] { offset += UTF8.width(scalar) }
    }
  }

  /// Runs of characters that are legal one by one, in a text of any number of lines.
  static func runs(in bytes: [UInt8]) -> [(offset: Int, detail: String)] {
    guard mayHaveInvisible(bytes) else { return [] }
    let scalars = Array(String(decoding: bytes, as: UTF8.self).unicodeScalars)
    return InvisibleRuns.find(in: scalars).map { run in
      (scalars[..<run.index].reduce(0) { $0 + UTF8.width($1) }, run.detail)
    }
  }

  /// Whether a text may have an invisible character, legitimate or not.
  ///
  /// A fast check for the usual case: most text that is not ASCII has only dashes and quotes.
  private static func mayHaveInvisible(_ bytes: [UInt8]) -> Bool {
    let bytes = bytes.span
    var offset = 0
    while offset < bytes.count {
      if (0x20..<0x7F).contains(bytes[offset]) {
        offset += 1
        continue
      }
      let (scalar, length) = UTF8Check.decode(bytes, at: offset)
      if InvisibleCharacters.kind(of: scalar) != nil || InvisibleRuns.isCounted(scalar) { return true }
      offset += length
    }
    return false
  }

  /// The number of illegitimate invisible characters in a row, which are reported together; 0 for none.
  private static func suspectLength(
    at start: Int,
    in line: [Unicode.Scalar],
    _ isRightToLeft: Bool
  ) -> Int {
    guard let kind = InvisibleCharacters.kind(of: line[start]) else { return 0 }
    switch kind {
    case .control, .bidi: return 1
    case .tag:
      var end = start
      while end < line.count, InvisibleCharacters.kind(of: line[end]) == .tag { end += 1 }
      return end - start
    case .zeroWidth, .other:
      var end = start
      while end < line.count, isSuspect(end, in: line, isRightToLeft) { end += 1 }
      if end - start >= runLength { return end - start }
      return end > start ? 1 : 0
    }
  }

  private static func isSuspect(_ index: Int, in line: [Unicode.Scalar], _ isRightToLeft: Bool) -> Bool {
    switch InvisibleCharacters.kind(of: line[index]) {
    case .zeroWidth, .other: !InvisibleCharacters.belongs(index, in: line, isRightToLeft: isRightToLeft)
    default: false
    }
  }

  private static func report(
    _ scalars: ArraySlice<Unicode.Scalar>,
    _ line: AuditLine,
    _ offset: Int,
    into sink: inout FindingSink
  ) {
    guard let first = scalars.first, let kind = InvisibleCharacters.kind(of: first) else { return }
    switch kind {
    case .tag:
      sink.add(
        .tagCharacter,
        line,
        at: offset,
        "\(scalars.count) in a row, as letters: '\(letters(scalars))'"
      )
    case .zeroWidth where scalars.count >= runLength, .other where scalars.count >= runLength:
      sink.add(.invisibleRun, line, at: offset, "\(scalars.count) from \(VisibleText.longName(first)) on")
    default:
      sink.add(kind.rule, line, at: offset, VisibleText.longName(first))
    }
  }

  /// The text that tag characters encode, up to 80 characters.
  private static func letters(_ tags: ArraySlice<Unicode.Scalar>) -> String {
    var text = ""
    for tag in tags.prefix(80) {
      if let scalar = Unicode.Scalar(tag.value - 0xE0000) { text.unicodeScalars.append(scalar) }
    }
    return VisibleText.of(text) + (tags.count > 80 ? "…" : "")
  }
}
