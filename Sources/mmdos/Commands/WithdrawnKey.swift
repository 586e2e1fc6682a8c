import ArgumentParser
import Formats
import RegistryModel
import RegistrySync
import SystemPackage

/// The key of `trust remove` and `trust revoke`, which differ in what stays in the file.
struct WithdrawnKey: ParsableArguments {
  /// How a key is withdrawn.
  enum Way: String {
    /// Its entry is removed.
    case remove
    /// Its entry stays with the status revoked.
    case revoke

    fileprivate var done: String { self == .remove ? "removed" : "revoked" }

    fileprivate func apply(to keyID: String, _ editing: TrustStoreEditing) throws {
      switch self {
      case .remove: try editing.remove(keyID)
      case .revoke: try editing.revoke(keyID)
      }
    }
  }

  @OptionGroup var approval: ApprovalOption
  @Argument(
    help: ArgumentHelp("The key's name in the trust store.", valueName: "key-id"),
    completion: Completion.keyID
  )
  var keyID: String

  /// Withdraws the key, or shows the change; returns the exit code.
  func withdraw(_ way: Way, in session: Session, _ global: GlobalOptions) throws -> Int32 {
    let editing = try session.trustStore().editing
    let key = try editing.find(keyID)
    guard approval.isApproved else { return try preview(way, key, editing.path, global).show(in: session) }
    try way.apply(to: keyID, editing)
    if session.options.isJSON {
      session.console.print(
        .object([(way.done, .string(keyID)), ("fingerprint", .string(key.fingerprint.description))])
      )
    } else {
      session.console.print("\(way.done) \(keyID): \(key.name)")
      session.console.print("  fingerprint  \(key.fingerprint, .id)")
    }
    return ExitCodes.done
  }

  private func preview(_ way: Way, _ key: TrustedKey, _ path: FilePath, _ global: GlobalOptions) -> Preview {
    Preview(
      command: ShellWord.line(
        ["mmdos", "registry", "trust", way.rawValue, keyID] + global.targetWords + ["--approved"]
      ),
      lines: [
        "would \(way.rawValue) \(keyID): \(key.name)", "  fingerprint  \(key.fingerprint, .id)",
        "  status       \(key.status.rawValue)",
        "  write        \(path.string)",
      ],
      json: [
        (way.rawValue, .string(keyID)), ("fingerprint", .string(key.fingerprint.description)),
        ("status", .string(key.status.rawValue)), ("write", .string(path.string)),
      ]
    )
  }
}
