import ArgumentParser
import RegistryModel

/// The program's entry point: runs one command and handles signals.
@main
enum Main {
  /// Waits for signals, while the command runs on threads of its own and ends the process.
  ///
  /// It is not `async`: Swift would start three more threads for the main queue, which nothing here uses.
  static func main() {
    Output.prepareProcess()
    let arguments = Array(CommandLine.arguments.dropFirst())
    let interruption = Interruption()
    let work = Task(executorPreference: WorkThreads()) {
      do {
        try await answer(arguments)
        MMDOS.exit()
      } catch {
        if let code = Interruption.exitCode { MMDOS.exit(withError: ExitCode(code)) }
        UsageReport(error)?.print()
        MMDOS.exit(withError: error)
      }
    }
    interruption.wait()
    work.cancel()
    Interruption.waitForEnd()
  }

  /// Runs the command, or prints the help that was asked for.
  private static func answer(_ arguments: [String]) async throws {
    do { try await runCommand(arguments) } catch {
      guard let help = HelpText(error) else { throw error }
      try help.print()
    }
  }

  private static func runCommand(_ arguments: [String]) async throws {
    // Not the parser's own: that takes every `--version` for it once a word behind it is wrong, and a publisher who mistyped
    // a flag would be told that all is well.
    if arguments == ["--version"] { return try HelpText("mmdos \(Agent.version)").print() }
    let words = CommandWords(arguments)
    if let stranger = words.stranger { throw stranger }
    switch HelpRequest(words.arguments) {
    case .topic(let topic): return try topic.print()
    case .unknown(let stranger): throw stranger
    case nil: break
    }
    var command = try parse(words)
    if let command = command as? any AsyncCommand {
      try await command.runAsync()
    } else {
      try command.run()
    }
  }

  /// A command is parsed alone, because the parser looks several times at what each command on the way to it takes.
  ///
  /// What it refuses, and a request for help, is parsed again from the root, whose messages name the whole command.
  private static func parse(_ words: CommandWords) throws -> any ParsableCommand {
    // try?: as said above.
    if let leaf = words.leaf, let command = try? leaf.command.parseAsRoot(leaf.arguments),
      type(of: command) == leaf.command
    {
      return command
    }
    return try MMDOS.parseAsRoot(words.arguments)
  }
}
