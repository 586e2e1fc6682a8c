import ArgumentParser
import Formats
import ObjectStore
import RegistryModel
import RegistrySync
import SystemPackage

/// The command `mmdos registry trust verify`.
struct TrustVerify: Command {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Check the trust store, and that the signers of synced registries are in it.",
    examples: ["mmdos registry trust verify"],
    discussion: """
      Reads only. Signatures themselves are checked by 'registry verify'. Exit code 3 when a signer of a synced \
      registry is missing, revoked, disabled or out of scope.
      """
  )

  @OptionGroup var global: GlobalOptions

  func run(in session: Session) throws -> Int32 {
    let (project, policy, editing) = try session.trustStore()
    let material = try project.readTrustMaterial(policy: policy)
    let check = try TrustCheck(of: project, with: material)
    if session.options.isJSON {
      session.console.print(json(editing, material, check))
    } else {
      print(editing, material, check, session.console)
    }
    return check.isSound ? ExitCodes.done : ExitCodes.integrity
  }

  private func print(
    _ editing: TrustStoreEditing,
    _ material: TrustMaterial,
    _ check: TrustCheck,
    _ console: Console
  ) {
    let keys = material.store.keys
    let usable = keys.count(where: \.isUsable)
    console.print("\(editing.path.string): \(Quantity.count(keys.count, "key")), \(usable) usable")
    for key in keys {
      console.print("  \(key.keyID)  \(word(key), key.isUsable ? .good : .warning)  \(key.fingerprint, .id)")
    }
    for registry in check.registries {
      let verdict: SafeText =
        registry.signers.isEmpty
        ? "\("unsigned", .warning)"
        : registry.isSound ? "\("signers active", .good)" : "\("signer not active", .bad)"
      console.print("\(registry.name.description): \(verdict)")
      for checked in registry.signers {
        let (signer, state) = (checked.signer, checked.state)
        let style: Style = state == .active ? .good : .bad
        console.print(
          "  \(signer.algorithm) \(signer.keyID)  \(state.words, style)  \(signer.fingerprint, .id)"
        )
      }
    }
    if !check.isSound {
      console.note("mmdos registry verify NAME tells what that means for what is in use")
    }
  }

  private func word(_ key: TrustedKey) -> String {
    key.status == .active && !key.isInScope ? "without scope" : key.status.rawValue
  }

  private func json(_ editing: TrustStoreEditing, _ material: TrustMaterial, _ check: TrustCheck) -> JSONValue
  {
    .object([
      ("ok", .boolean(check.isSound)), ("path", .string(editing.path.string)),
      ("keys", .array(material.store.keys.map(\.json))),
      (
        "registries",
        .array(
          check.registries.map { registry in
            .object([
              ("registry", .string(registry.name.description)), ("signed", .boolean(registry.isSigned)),
              ("ok", .boolean(registry.isSound)),
              ("signers", .array(registry.signers.map { $0.signer.json($0.state) })),
            ])
          }
        )
      ),
    ])
  }
}

extension TrustCheck.State {
  /// The state in a few words; `--json` has them too.
  var words: String {
    switch self {
    case .active: "active"
    case .revoked: "revoked"
    case .disabled: "disabled"
    case .outOfScope: "out of scope"
    case .otherKey: "another key"
    case .unknown: "unknown"
    case .noProjectKey: "no project key"
    }
  }
}
