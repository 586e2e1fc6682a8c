import ArgumentParser

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The message about a command line that does not parse.
///
/// The argument parser would print the user's text unescaped. Here it is escaped, and with `--json` it is a document
/// like every other failure.
struct UsageReport {
  let failure: Failure
  /// The lines after the message in text form: help and usage.
  let details: [String]

  /// Nil where the error does not concern the command line, or was reported already.
  init?(_ error: any Error) {
    if let stranger = error as? CommandWords.Stranger {
      (failure, details) = Self.report(stranger)
      return
    }
    guard !(error is ExitCode), MMDOS.exitCode(for: error).rawValue == ExitCodes.usage else { return nil }
    let message = Self.sentence(MMDOS.message(for: error))
    let lines = MMDOS.fullMessage(for: error).split(separator: "\n", omittingEmptySubsequences: false)
      .dropFirst().map(String.init)
    let successor = NodeToolWords.successor(of: Array(CommandLine.arguments.dropFirst()))
    details = (successor.map { ["hint: \($0)"] } ?? []) + lines
    let hint = successor ?? "mmdos --help, or --help after a command"
    failure = Failure(ExitCodes.usage, "usage", message, hint: hint)
  }

  /// Words that name no command.
  private static func report(_ stranger: CommandWords.Stranger) -> (Failure, [String]) {
    let arguments = Array(CommandLine.arguments.dropFirst())
    let group = stranger.group.joined(separator: " ")
    let hint =
      NodeToolWords.successor(ofCommand: arguments) ?? stranger.nearest.map { "did you mean '\($0)'?" }
      ?? "\(group) --help lists the commands"
    let message = "'\(stranger.word)' is not a command of \(group)"
    return (Failure(ExitCodes.usage, "usage", message, hint: hint), ["hint: \(hint)"])
  }

  /// Prints the report to standard error and ends the program.
  func print() -> Never {
    let isJSON = CommandLine.arguments.contains("--json")
    let errors = Output.standardError(color: .auto, settings: .ofProcess())
    if isJSON {
      Console.write(failure, to: errors)
    } else {
      errors.message("\("error:", .bad) \(failure.message)")
      for line in details { errors.message(SafeText(line), hanging: HelpText.hanging(of: line)) }
    }
    errors.flush()
    exit(ExitCodes.usage)
  }

  /// The parser's message in the form of all others: lower case, no full stop.
  private static func sentence(_ text: String) -> String {
    var text = text.split(separator: "\n").first.map(String.init) ?? text
    while text.hasSuffix(".") { text.removeLast() }
    return text.prefix(1).lowercased() + text.dropFirst()
  }
}
