import ArgumentParser
import RegistryModel

/// The program's entry point: runs one command and handles signals.
@main
enum Main {
  static func main() async {
    Output.prepareProcess()
    let interruption = Interruption()
    let work = Task(executorPreference: WorkThreads()) { try await runCommand() }
    interruption.notify { work.cancel() }
    do {
      try await work.value
    } catch {
      if let code = Interruption.exitCode { MMDOS.exit(withError: ExitCode(code)) }
      UsageReport(error)?.print()
      MMDOS.exit(withError: error)
    }
  }

  private static func runCommand() async throws {
    let words = CommandWords(Array(CommandLine.arguments.dropFirst()))
    if let stranger = words.stranger { throw stranger }
    // Not the parser's own: that takes every `--version` for it once a word behind it is wrong, and a publisher who mistyped
    // a flag would be told that all is well.
    if words.arguments == ["--version"] { return try HelpTopic.print("mmdos \(Agent.version)") }
    switch HelpRequest(words.arguments) {
    case .topic(let topic): return try topic.print()
    case .unknown(let stranger): throw stranger
    case nil: break
    }
    var command = try MMDOS.parseAsRoot(words.arguments)
    if let command = command as? any AsyncCommand {
      try await command.runAsync()
    } else {
      try command.run()
    }
  }
}
