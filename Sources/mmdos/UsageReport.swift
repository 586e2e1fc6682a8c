import ArgumentParser

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// What is said about a command line that cannot be understood.
///
/// The argument parser prints what was typed as it is; here it is escaped, and with `--json` it becomes a
/// document like every other failure.
struct UsageReport {
  let failure: Failure
  /// What follows the message in text form: help and usage.
  let details: [String]

  /// Nil when the error is none of the command line, or has been reported already.
  init?(_ error: any Error) {
    guard !(error is ExitCode), MMDOS.exitCode(for: error).rawValue == ExitCodes.usage else { return nil }
    let message = Self.sentence(MMDOS.message(for: error))
    details = MMDOS.fullMessage(for: error).split(separator: "\n", omittingEmptySubsequences: false)
      .dropFirst().map(String.init)
    failure = Failure(ExitCodes.usage, "usage", message, hint: "mmdos --help, or --help after a command")
  }

  /// Prints it to standard error and ends the program.
  func print() -> Never {
    let isJSON = CommandLine.arguments.contains("--json")
    let errors = Output.standardError(color: .auto, settings: .ofProcess())
    if isJSON {
      Console.write(failure, to: errors)
    } else {
      errors.line("\("error:", .bad) \(failure.message)")
      for line in details { errors.line(SafeText(line)) }
    }
    errors.flush()
    exit(ExitCodes.usage)
  }

  /// The parser's message as ours are written: lower case, no full stop.
  private static func sentence(_ text: String) -> String {
    var text = text.split(separator: "\n").first.map(String.init) ?? text
    while text.hasSuffix(".") { text.removeLast() }
    return text.prefix(1).lowercased() + text.dropFirst()
  }
}
