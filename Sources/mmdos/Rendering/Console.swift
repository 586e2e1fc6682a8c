import Formats

/// The output of a command: results go to standard output, everything else to standard error.
struct Console: Sendable {
  let output: Output
  let errors: Output
  let progress: Progress
  private let settings: TerminalSettings
  private let isJSON: Bool
  private let isQuiet: Bool

  init(_ options: GlobalOptions) {
    settings = .ofProcess()
    let output = Output.standardOutput(color: options.color, settings: settings)
    let errors = Output.standardError(color: options.color, settings: settings)
    self.output = output
    self.errors = errors
    isJSON = options.isJSON
    isQuiet = options.isQuiet
    progress = Progress(
      mode: Progress.Mode.choose(
        noProgress: options.hasNoProgress || options.isJSON,
        quiet: options.isQuiet,
        isTerminal: errors.isTerminal,
        settings: settings
      ),
      output: errors,
      width: { [settings] in Terminal.width(of: errors.descriptor, settings: settings) }
    )
  }

  /// Prints a line of the result.
  func print(_ line: SafeText) {
    output.message(line)
  }

  /// Prints a table of the result.
  func print(_ table: Table) {
    for line in lines(of: table) { output.line(line) }
  }

  /// The lines of a table that is as wide as where the result goes.
  func lines(of table: Table) -> [SafeText] {
    table.lines(for: output, width: Terminal.width(of: output.descriptor, settings: settings))
  }

  /// Prints names with their values, aligned; the result of a command about one thing.
  func print(_ fields: [(String, String)], indent: Int = 0) {
    var table = Table([Table.Column(), Table.Column()], indent: indent)
    for field in fields { table.append([SafeText(field.0), SafeText(field.1)]) }
    for line in table.lines(width: nil) { print(line) }
  }

  /// Prints the one document of `--json`.
  func print(_ value: JSONValue) {
    JSONWriter.pretty(Self.redacted(value)).withUnsafeBytes { output.write(RawSpan(_unsafeBytes: $0)) }
  }

  /// Prints a page of HTML, in which everything is escaped for a terminal as well.
  func print(page: Markup) {
    output.write(verbatim: page.html)
  }

  /// Prints a line that is not part of the result, unless `--quiet` is set.
  func note(_ line: SafeText) {
    guard !isQuiet else { return }
    // Both streams may be the same terminal or file, so the order of lines must be kept.
    output.flush()
    progress.note(line)
  }

  /// Prints a warning; with `--json` warnings are part of the document.
  func warn(_ text: String) {
    guard !isJSON else { return }
    output.flush()
    progress.note("\("warning:", .warning) \(text)")
  }

  /// Reports a failure, as JSON if requested.
  func report(_ failure: Failure, about subject: String? = nil) {
    progress.finish()
    // Results printed so far must come before the failure.
    output.flush()
    if isJSON {
      Self.write(failure, to: errors)
    } else {
      let prefix: SafeText = subject.map { "\($0): " } ?? ""
      errors.message("\("error:", .bad) \(prefix)\(failure.message)")
      // A single mistake is the message itself.
      for detail in failure.details where detail.message != failure.message {
        errors.message("  \(detail.message)")
      }
      for hint in failure.hints { errors.message("\("hint:", .faint) \(hint)") }
    }
    errors.flush()
  }

  /// Writes the document of a failure.
  static func write(_ failure: Failure, to errors: Output) {
    JSONWriter.pretty(redacted(.object([("error", failure.json)]))).withUnsafeBytes {
      errors.write(RawSpan(_unsafeBytes: $0))
    }
  }

  /// The document without the secrets of addresses; what holds lines of files stays as it is.
  private static func redacted(_ value: JSONValue) -> JSONValue {
    value.redacted(exceptIn: ["content", "patch", "excerpt", "snippet"])
  }

  /// Writes buffered output.
  ///
  /// - Throws: `OutputError`; a closed pipe is not an error.
  func finish() throws(OutputError) {
    progress.finish()
    errors.flush()
    try output.finish()
  }
}

extension Failure {
  var json: JSONValue {
    let problems = details.map { detail in
      JSONValue.object([
        ("path", .string(orNull: detail.path)), ("message", .string(detail.message)),
        ("hint", .string(orNull: detail.hint)),
      ])
    }
    return .object(
      [
        ("code", .number(code)), ("kind", .string(kind)), ("message", .string(message)),
        ("hint", .string(orNull: hint)),
      ] + (problems.isEmpty ? [] : [("problems", .array(problems))])
    )
  }

  /// The hint, else those of the single mistakes, each once.
  fileprivate var hints: [String] {
    if let hint { return [hint] }
    var seen: Set<String> = []
    return details.compactMap(\.hint).filter { seen.insert($0).inserted }
  }
}
