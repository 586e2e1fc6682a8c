import Audit
import ObjectStore
import RegistryModel
import RegistrySync

// The words for what a plugin brings.
extension Failure {
  init(pluginContent error: PluginContentError) {
    switch error {
    case .invalidManifest(let place, let problem):
      let position = problem.position.map { ":\($0)" } ?? ""
      self.init(ExitCodes.policy, "invalid-plugin", "\(place)\(position): \(problem.words)")
    case .missingFile(let path, let origin):
      self.init(
        ExitCodes.integrity,
        "missing-asset",
        "the plugin names '\(path)', which \(origin == .file ? "is not there" : "'\(origin)' does not have")",
        hint: origin == .file ? nil : askPublisher
      )
    case .tooManyFiles(let count, let limit):
      self.init("too-many-files", "the plugin has \(count) files, more than \(limit)", by: "max_plugin_files")
    case .tooLarge(let limit):
      self.init("too-large", "the plugin's files are larger than \(limit) bytes", by: "max_plugin_size_kb")
    case .outsideRoots(let path):
      let message = "'\(path)' is in none of the folders that plugins may write to"
      self.init("outside-roots", message, by: "allowed_write_roots")
    case .blocked(let path, let pattern):
      self.init("blocked-path", "'\(path)' is blocked by '\(pattern)'", by: "blocked_paths")
    case .withheld(let path, let reason, let others):
      let more = others.isEmpty ? "" : ", and \(Quantity.count(others.count, "more file"))"
      var remedies: [String] = []
      for remedy in ([reason] + others).compactMap({ $0.remedy(registry: nil) })
      where !remedies.contains(remedy) { remedies.append(remedy) }
      self.init(
        ExitCodes.policy,
        "withheld-file",
        "the plugin is incomplete: it names '\(path)', \(reason.words), which the policy withholds\(more)",
        hint: remedies.isEmpty ? nil : remedies.joined(separator: "; ")
      )
    case .badContent(let path, let kind):
      self.init(
        ExitCodes.policy,
        "refused-content",
        "'\(path)' begins like \(kind.words)",
        hint: "plugins carry no programs"
      )
    case .badPlace(let path, let target, let problem):
      self.init(
        ExitCodes.policy,
        "bad-place",
        "'\(path)' cannot be written for \(target.rawValue): \(problem.words)"
      )
    case .clashingPlaces(let problem):
      self.init(ExitCodes.policy, "clashing-places", "files of the plugin would clash: \(problem.words)")
    case .noPlace(let slug, let targets):
      self.init(
        ExitCodes.absent,
        "no-place",
        "nothing of '\(slug)' has a place in \(targets.text)",
        hint: "mmdos catalog targets shows what each tool reads"
      )
    case .audit(let slug, let first, let count): self.init(audit: slug, first: first, count: count)
    case .untrustedOrigin(let origin, let level): self.init(untrusted: origin, level)
    case .unexpectedSnapshot(let expected, let found):
      self.init(unexpectedSnapshot: found, expected: expected)
    }
  }

  private init(audit slug: PluginSlug, first: AuditFinding, count: Int) {
    self.init(
      ExitCodes.policy,
      "audit",
      "'\(slug)' is refused by the content audit: \(Quantity.count(count, "critical finding")), the first in "
        + "\(first.place): \(first.words)",
      hint:
        "what was reviewed and is right: mmdos registry audit accept \(first.rule.rawValue) \(slug) where a registry "
        + "has it, else audit_allow in \(policyFile): \"\(first.exception)\""
    )
  }

  private init(untrusted origin: PluginOrigin, _ level: Source.TrustLevel) {
    let name = if case .registry(let name) = origin { name.description } else { "NAME" }
    self.init(
      ExitCodes.policy,
      "untrusted-source",
      "'\(origin)' is a \(level.rawValue) source, and the policy installs only from trusted ones",
      hint: "allow_untrusted_install: true in \(policyFile), or "
        + "mmdos registry set \(name) --trust-level trusted --approved"
    )
  }

  private init(unexpectedSnapshot found: ObjectID?, expected: String) {
    self.init(
      ExitCodes.integrity,
      "unexpected-snapshot",
      found.map { "the snapshot in use is \($0), not the expected \(expected)" }
        ?? "the source has no snapshots, so it cannot be \(expected)",
      hint: "review it before you take it"
    )
  }
}
