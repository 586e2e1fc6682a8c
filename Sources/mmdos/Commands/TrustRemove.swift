import ArgumentParser

/// The command `mmdos registry trust remove`.
struct TrustRemove: Command {
  static let configuration = CommandConfiguration(
    commandName: "remove",
    abstract: "Forget a key.",
    discussion: "A key that must never count again is better revoked: a removed one can be added unnoticed."
  )

  @OptionGroup var global: GlobalOptions
  @OptionGroup var key: WithdrawnKey

  func run(in session: Session) throws -> Int32 { try key.withdraw(.remove, in: session, global) }
}
