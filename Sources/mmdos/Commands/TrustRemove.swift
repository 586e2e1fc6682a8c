import ArgumentParser
import RegistrySync
import SystemPackage

/// The command `mmdos registry trust remove`.
struct TrustRemove: Command {
  static let configuration = CommandConfiguration(
    commandName: "remove",
    abstract: "Forget a key.",
    discussion: "A key that must never count again is better revoked: a removed one can be added unnoticed."
  )

  @OptionGroup var global: GlobalOptions
  @OptionGroup var approval: ApprovalOption
  @Argument(help: ArgumentHelp("The key's name in the trust store.", valueName: "key-id")) var keyID: String

  func run(in session: Session) throws -> Int32 {
    let editing = try session.trustStore().editing
    let key = try editing.find(keyID)
    guard approval.isApproved else { return key.preview("remove", of: editing, global).show(in: session) }
    try editing.remove(keyID)
    key.report("removed", to: session)
    return ExitCodes.done
  }
}

/// The command `mmdos registry trust revoke`.
struct TrustRevoke: Command {
  static let configuration = CommandConfiguration(
    commandName: "revoke",
    abstract: "Let a key's signatures count no more, from now on and for what is here.",
    discussion: "The entry stays, so that the key is not added again unnoticed."
  )

  @OptionGroup var global: GlobalOptions
  @OptionGroup var approval: ApprovalOption
  @Argument(help: ArgumentHelp("The key's name in the trust store.", valueName: "key-id")) var keyID: String

  func run(in session: Session) throws -> Int32 {
    let editing = try session.trustStore().editing
    let key = try editing.find(keyID)
    guard approval.isApproved else { return key.preview("revoke", of: editing, global).show(in: session) }
    try editing.revoke(keyID)
    key.report("revoked", to: session)
    session.console.note("next: mmdos registry verify --all")
    return ExitCodes.done
  }
}

extension TrustedKey {
  /// What `remove` and `revoke` would do.
  fileprivate func preview(_ verb: String, of editing: TrustStoreEditing, _ global: GlobalOptions) -> Preview
  {
    Preview(
      command: ShellWord.line(
        ["mmdos", "registry", "trust", verb, keyID] + global.targetWords + ["--approved"]
      ),
      lines: [
        "would \(verb) \(keyID): \(name)", "  fingerprint  \(fingerprint, .id)",
        "  status       \(status.rawValue)",
        "  write        \(editing.path.string)",
      ],
      json: [
        (verb, .string(keyID)), ("fingerprint", .string(fingerprint.description)),
        ("status", .string(status.rawValue)), ("write", .string(editing.path.string)),
      ]
    )
  }

  /// What was done.
  fileprivate func report(_ verb: String, to session: Session) {
    if session.options.isJSON {
      session.console.print(
        .object([(verb, .string(keyID)), ("fingerprint", .string(fingerprint.description))])
      )
    } else {
      session.console.print("\(verb) \(keyID): \(name)")
      session.console.print("  fingerprint  \(fingerprint, .id)")
    }
  }
}
