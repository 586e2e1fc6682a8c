/// Gives code to the rules about commands, as what it is.
enum CodeRules {
  /// A block of code, or a whole file of it.
  static func scan(
    _ text: SourceText,
    language: CodeLanguage,
    _ document: AuditDocument,
    _ watch: AuditWatch,
    into sink: inout FindingSink
  ) {
    switch language {
    case .json: DataScan.scanJSON(text, document, watch, into: &sink)
    case .yaml: DataScan.scanYAML(text, document, watch, into: &sink)
    case .shell: run(text, .code, document, watch, into: &sink)
    case .program:
      run(text, .span, document, watch, into: &sink)
      for (offset, detail) in ProgramRules.downloads(in: text.bytes) {
        sink.add(.downloadToShell, document, at: text.source(at: offset), detail)
      }
    }
    VariableRules.scan(text, document, into: &sink)
  }

  /// A span of code within prose: often a mere mention, so it must be whole to count.
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
    guard !text.isEmpty else { return }
    var reader = ShellReader(text, certainty, watch)
    // Quotes that hold commands are read twice, and such quotes within them again.
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
