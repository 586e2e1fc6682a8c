import Audit
import Formats
import ObjectStore
import RegistryModel
import RegistrySync

// The words for what is held of a registry.
extension Failure {
  init(reading error: ReadingError) {
    switch error {
    case .neverSynced(let name):
      self.init(
        ExitCodes.absent,
        "never-synced",
        "'\(name)' has not been synced yet",
        hint: "mmdos registry sync \(name) --approved"
      )
    case .noSuchFile(let name, let path):
      self.init(
        ExitCodes.absent,
        "no-such-file",
        "'\(name)' has no '\(path)'",
        hint: "mmdos registry ls \(name)"
      )
    case .noSuchPlugin(let slug, let searched):
      let places = searched.map { "'\($0)'" }.joined(separator: ", ")
      self.init(
        ExitCodes.absent,
        "unknown-plugin",
        "there is no plugin '\(slug)' in \(places.isEmpty ? "any registry that was synced" : places)",
        hint: "mmdos registry ls \(searched.first.map(\.description) ?? "NAME")"
      )
    case .noRegistryWithFile(let path):
      self.init(
        ExitCodes.absent,
        "no-such-file",
        "no registry that was synced has '\(path)'",
        hint: "after a refusal, name the registry and what it refused: NAME --manifest ID"
      )
    case .ambiguousPlugin(let slug, let names):
      self.init(
        ExitCodes.failure,
        "ambiguous-plugin",
        "several registries have '\(slug)': \(names.map(\.description).joined(separator: ", "))",
        hint: "name one of them behind the plugin"
      )
    case .noSuchFinding(let name, let rule, let subject):
      let isPlugin = if case .plugin = subject { true } else { false }
      self.init(
        ExitCodes.absent,
        "no-such-finding",
        "\(rule.rawValue) finds nothing in \(isPlugin ? "the files of " : "")'\(subject)' in '\(name)'",
        hint: "mmdos registry audit \(name)" + (isPlugin ? " --plugin \(subject)" : "")
      )
    case .invalidPath(let path, let problem):
      self.init(ExitCodes.usage, "invalid-path", "'\(path)': \(problem.words)")
    case .provenance(let name, let problem):
      self.init(
        ExitCodes.integrity,
        "provenance",
        "registry-lock.json does not vouch for '\(name)': \(problem.words)",
        hint: Self.hint(name: name.description, problem)
      )
    case .untrusted(let name, let refusal):
      self.init(untrusted: name, refusal, command: "mmdos registry sync \(name)")
    case .unbelieved(let name, let snapshot, let disbelief) where disbelief.voucher == .outdated:
      self.init(
        ExitCodes.integrity,
        "rollback",
        "snapshot \(snapshot.abbreviated) of '\(name)' is an older one: \(disbelief.words)",
        hint: "mmdos registry sync \(name) --locked --approved puts in use what registry-lock.json names, "
          + "mmdos registry sync \(name) --approved what is newest; or choose it: "
          + "mmdos registry checkout \(name) \(snapshot.abbreviated) --approved"
      )
    case .unbelieved(let name, let snapshot, let disbelief):
      self.init(
        ExitCodes.integrity,
        "unbelieved",
        "nothing shows that snapshot \(snapshot.abbreviated) of '\(name)' is what was synced: \(disbelief.words)",
        hint: "sync again: mmdos registry sync \(name) --approved"
      )
    case .keepsChanging(let name):
      self.init(ExitCodes.busy, "busy", "'\(name)' kept changing while it was being read", hint: "try again")
    case .invalidManifest(let source, let problem):
      let place = problem.position.map { ":\($0)" } ?? ""
      let (code, hint) = Self.judge(problem)
      self.init(code, "invalid-manifest", "\(source)\(place): \(problem.words)", hint: hint)
    case .invalidCatalog(let source, let problem):
      let place = problem.position.map { "catalog.yaml:\($0)" } ?? "catalog.yaml"
      self.init(
        ExitCodes.integrity,
        "invalid-catalog",
        "\(source): \(place): \(problem.words)",
        hint: askPublisher
      )
    }
  }

  /// A manifest that is not to be trusted; the hint may name the command to run again with a flag more.
  init(untrusted name: RegistryName, _ refusal: TrustRefusal, command: String) {
    self.init(
      refusal.kind == .integrity ? ExitCodes.integrity : ExitCodes.policy,
      refusal.word,
      "'\(name)' is refused: \(refusal.words)",
      hint: refusal.hint(name: name.description, command: command)
    )
  }

  /// Whether it is the manifest that is wrong, or only not what this policy or program takes.
  private static func judge(_ problem: ManifestProblem) -> (code: Int32, hint: String) {
    switch problem {
    case .tooManyFiles: (ExitCodes.policy, "max_registry_files in \(policyFile)")
    case .programTooOld: (ExitCodes.integrity, "install a newer mmdos")
    case .text, .badLine, .badVersion, .badTime, .badHash, .catalogHashesDiffer, .badPath, .conflictingPaths,
      .tooManySignatures, .badSignature:
      (ExitCodes.integrity, askPublisher)
    }
  }
}

extension ProvenanceProblem {
  /// Why the lockfile does not vouch for what is in use, worded to follow the registry's name.
  fileprivate var words: String {
    switch self {
    case .missingEntry: "it has no entry"
    case .refusedEntry(let field, let value): "its entry \(LockEntryNote.refusedWords(field, value))"
    case .disagrees(let found): found.words
    }
  }
}
