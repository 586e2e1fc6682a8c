/// A file's contents on their way to standard output: as they are, or escaped for a terminal.
struct FileText {
  private let output: Output
  private var stream = SafeTextStream()

  init(_ output: Output) {
    self.output = output
  }

  /// Shows the next piece.
  mutating func show(_ piece: RawSpan) {
    if output.isTerminal {
      output.write(stream.take(piece))
    } else {
      output.write(piece)
    }
  }

  /// Shows what is left.
  mutating func end() {
    if output.isTerminal { output.write(stream.finish()) }
  }
}
