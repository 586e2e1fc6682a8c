/// Prints a file's contents: unchanged, or escaped where the output is a terminal.
struct FileText {
  private let output: Output
  private var stream = SafeTextStream()

  init(_ output: Output) {
    self.output = output
  }

  mutating func show(_ piece: RawSpan) {
    if output.isTerminal {
      output.write(stream.take(piece))
    } else {
      output.write(piece)
    }
  }

  /// Prints a character that the last piece left incomplete; to be called after the last piece.
  mutating func end() {
    if output.isTerminal { output.write(stream.finish()) }
  }
}
