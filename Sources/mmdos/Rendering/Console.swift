import Formats

/// Where a command's words go: results to standard output, everything else to standard error.
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
    output.line(line)
  }

  /// Prints a table of the result.
  func print(_ table: Table) {
    table.write(to: output, width: Terminal.width(of: output.descriptor, settings: settings))
  }

  /// Prints names with their values, aligned; the result of a command about one thing.
  func print(_ fields: [(String, String)], indent: Int = 0) {
    var table = Table([Table.Column(), Table.Column()], indent: indent)
    for field in fields { table.append([SafeText(field.0), SafeText(field.1)]) }
    for line in table.lines(width: nil) { output.line(line) }
  }

  /// Prints the one document of `--json`.
  func print(_ value: JSONValue) {
    JSONWriter.pretty(value).withUnsafeBytes { output.write(RawSpan(_unsafeBytes: $0)) }
  }

  /// Says something that is not the result; not with `--quiet`.
  func note(_ line: SafeText) {
    guard !isQuiet else { return }
    // Both streams may lead to the same terminal or file: what was printed first stands first.
    output.flush()
    progress.note(line)
  }

  /// Warns; warnings are part of the JSON document where there is one.
  func warn(_ text: String) {
    guard !isJSON else { return }
    output.flush()
    progress.note("\("warning:", .warning) \(text)")
  }

  /// Reports a failure, as JSON where that was asked for.
  func report(_ failure: Failure, about subject: String? = nil) {
    progress.finish()
    // Results that are there already come before the reason why there are no more.
    output.flush()
    if isJSON {
      Self.write(failure, to: errors)
    } else {
      let prefix: SafeText = subject.map { "\($0): " } ?? ""
      errors.line("\("error:", .bad) \(prefix)\(failure.message)")
      if let hint = failure.hint { errors.line("\("hint:", .faint) \(hint)") }
    }
    errors.flush()
  }

  /// Writes the document of a failure.
  static func write(_ failure: Failure, to errors: Output) {
    JSONWriter.pretty(.object([("error", failure.json)])).withUnsafeBytes {
      errors.write(RawSpan(_unsafeBytes: $0))
    }
  }

  /// Writes what is still buffered.
  ///
  /// - Throws: `OutputError`; a reader that went away is none.
  func finish() throws(OutputError) {
    progress.finish()
    errors.flush()
    try output.finish()
  }
}

extension Failure {
  /// The failure for programs.
  var json: JSONValue {
    .object([
      ("code", .number(code)), ("kind", .string(kind)), ("message", .string(message)),
      ("hint", .string(orNull: hint)),
    ])
  }
}
