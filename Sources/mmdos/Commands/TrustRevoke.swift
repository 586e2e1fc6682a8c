import ArgumentParser

/// The command `mmdos registry trust revoke`.
struct TrustRevoke: Command {
  static let configuration = CommandConfiguration(
    commandName: "revoke",
    abstract: "Let a key's signatures count no more, from now on and for what is here.",
    examples: ["mmdos registry trust revoke acme", "mmdos registry trust revoke acme --approved"],
    discussion: "The entry stays, so that the key is not added again unnoticed."
  )

  @OptionGroup var key: WithdrawnKey
  @OptionGroup var global: GlobalOptions

  func run(in session: Session) throws -> Int32 {
    let code = try key.withdraw(.revoke, in: session, global)
    if code == ExitCodes.done { session.console.note("next: mmdos registry verify --all") }
    return code
  }
}
