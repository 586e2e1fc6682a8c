import ArgumentParser

/// A page of help, of the parser or of our own, whose lines are broken like all others.
struct HelpText {
  /// More columns than any line has, so that the parser breaks none: it would break commands too.
  private static let parserColumns = 10_000
  /// Where the parser begins what it says about an argument.
  private static let labelWidth = 26

  private let lines: [String]

  init(_ text: String) {
    lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
  }

  /// The help that was asked for; nil where an error is about something else.
  init?(_ error: any Error) {
    guard !(error is ExitCode), MMDOS.exitCode(for: error).isSuccess else { return nil }
    let text = MMDOS.fullMessage(for: error, columns: Self.parserColumns)
    // Other answers of the parser, such as completion scripts, are for programs.
    guard text.hasPrefix("OVERVIEW: ") else { return nil }
    self.init(text)
  }

  /// Prints the page, in lines of 80 columns where there is no terminal.
  ///
  /// - Throws: `ExitCode` where it cannot be written.
  func print() throws {
    let settings = TerminalSettings.ofProcess()
    let output = Output.standardOutput(color: .auto, settings: settings)
    let width = Terminal.width(of: output.descriptor, settings: settings)
    for line in lines { output.line(SafeText(line).wrapped(to: width, hanging: Self.hanging(of: line))) }
    do { try output.finish() } catch { throw ExitCode(ExitCodes.failure) }
  }

  /// How far a line is indented where it goes on; nil for rows of our own, whose columns say it.
  static func hanging(of line: String) -> Int? {
    let usage = "USAGE: "
    if line.lowercased().hasPrefix(usage.lowercased()) { return usage.utf8.count }
    let indent = line.utf8.prefix { $0 == UInt8(ascii: " ") }.count
    if indent == 0 { return 0 }
    let isArgument = ["  -", "  <"].contains { line.hasPrefix($0) }
    return isArgument || indent == labelWidth ? labelWidth : nil
  }
}
