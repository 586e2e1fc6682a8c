import Formats

/// The rules that need a whole file.
enum WholeRules {
  static func scan(_ bytes: [UInt8], _ kind: AuditKind, _ watch: AuditWatch, into sink: inout FindingSink) {
    if kind == .catalog { SlugRules.scan(bytes, into: &sink) }
    // Bytes that are not UTF-8 were reported; they are replaced, so that the rest can be scanned.
    let isValid = UTF8Check.firstInvalidOffset(in: bytes) == nil
    let document = AuditDocument(isValid ? bytes : Array(String(decoding: bytes, as: UTF8.self).utf8))
    switch kind {
    case .markdown: MarkdownRules.scan(document, watch, into: &sink)
    case .json: CodeRules.scan(document.text, language: .json, document, watch, into: &sink)
    case .yaml, .catalog: CodeRules.scan(document.text, language: .yaml, document, watch, into: &sink)
    case .script: CodeRules.scan(document.text, language: .shell, document, watch, into: &sink)
    case .program: CodeRules.scan(document.text, language: .program, document, watch, into: &sink)
    case .other: break
    }
  }
}

/// The rules about a file that is too large to be read as a whole: each of its lines is read as commands.
enum LargeFileRules {
  static func scan(_ line: AuditLine, _ watch: AuditWatch, into sink: inout FindingSink) {
    guard ShellSigns.mayMatter(line.bytes, .value) else { return }
    var reader = ShellReader(SourceText(line.bytes, from: 0), .value, watch)
    reader.readAll()
    for finding in reader.findings {
      sink.add(finding.rule, line, at: min(finding.source, line.bytes.count), VisibleText.of(finding.detail))
    }
  }

  /// Scans the lines that came before the file was known to be too large.
  static func scan(_ bytes: [UInt8], _ watch: AuditWatch, into sink: inout FindingSink) {
    let isValid = UTF8Check.firstInvalidOffset(in: bytes) == nil
    let document = AuditDocument(isValid ? bytes : Array(String(decoding: bytes, as: UTF8.self).utf8))
    CodeRules.run(document.text, .value, document, watch, into: &sink)
  }
}
