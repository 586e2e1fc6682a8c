import ArgumentParser

extension CommandConfiguration {
  /// A command whose help has examples before all else, as most people come for one; manual pages take them from there.
  init(
    commandName: String,
    abstract: String,
    examples: [String],
    discussion: String = "",
    subcommands: [any ParsableCommand.Type] = [],
    defaultSubcommand: (any ParsableCommand.Type)? = nil
  ) {
    let lines = ["EXAMPLES:"] + examples.map { "  \($0)" }
    self.init(
      commandName: commandName,
      abstract: abstract,
      discussion: lines.joined(separator: "\n") + (discussion.isEmpty ? "" : "\n\n\(discussion)"),
      subcommands: subcommands,
      defaultSubcommand: defaultSubcommand
    )
  }
}
