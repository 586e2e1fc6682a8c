import ArgumentParser

/// The command `mmdos registry trust remove`.
struct TrustRemove: Command {
  static let configuration = CommandConfiguration(
    commandName: "remove",
    abstract: "Forget a key.",
    examples: ["mmdos registry trust remove acme --approved"],
    discussion: "A key that must never count again is better revoked: a removed one can be added unnoticed."
  )

  @OptionGroup var key: WithdrawnKey
  @OptionGroup var global: GlobalOptions

  func run(in session: Session) throws -> Int32 { try key.withdraw(.remove, in: session, global) }
}
