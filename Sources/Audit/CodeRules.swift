/// Applies the rules about commands to code, depending on its language.
enum CodeRules {
  /// Scans a block of code or a file of code.
  static func scan(
    _ text: SourceText,
    language: CodeLanguage,
    _ document: AuditDocument,
    _ watch: AuditWatch,
    into sink: inout FindingSink
  ) {
    switch language {
    case .json where mayHaveCommands(text): DataScan.scanJSON(text, document, watch, into: &sink)
    case .yaml where mayHaveCommands(text): DataScan.scanYAML(text, document, watch, into: &sink)
    // Nothing that a scalar says can be a finding; secret variables are looked for below, in all of the text.
    case .json, .yaml: break
    case .shell: run(text, .code, document, watch, into: &sink)
    case .program:
      run(text, .span, document, watch, into: &sink)
      for (offset, detail) in ProgramRules.downloads(in: text.bytes) {
        sink.add(.downloadToShell, document, at: text.source(at: offset), detail)
      }
    }
    VariableRules.scan(text, document, into: &sink)
  }

  /// Whether a scalar of JSON or YAML can have a finding of the rules about commands and escapes.
  ///
  /// A scalar consists of pieces of the text, joined only where an escape or a doubled quote stands.
  static func mayHaveCommands(_ text: SourceText) -> Bool {
    ShellSigns.mayMatter(text.bytes, .code) || text.bytes.offset(of: "''") != nil
  }

  /// Scans a span of code within prose, which is often only a mention: only a complete command counts.
  static func scan(
    span: SourceText,
    _ document: AuditDocument,
    _ watch: AuditWatch,
    into sink: inout FindingSink
  ) {
    run(span, .span, document, watch, into: &sink)
  }

  /// Reads a text as commands.
  static func run(
    _ text: SourceText,
    _ certainty: ShellReader.Certainty,
    _ document: AuditDocument,
    _ watch: AuditWatch,
    into sink: inout FindingSink
  ) {
    guard !text.isEmpty, ShellSigns.mayMatter(text.bytes, certainty) else { return }
    var reader = ShellReader(text, certainty, watch)
    // Quoted commands are read a second time, and quotes within them once more.
    reader.state.allow(4 * text.count)
    reader.readAll()
    report(reader.findings, document, into: &sink)
  }

  static func report(_ findings: [ShellFinding], _ document: AuditDocument, into sink: inout FindingSink) {
    for finding in findings {
      sink.add(finding.rule, document, at: finding.source, VisibleText.of(finding.detail))
    }
  }
}
