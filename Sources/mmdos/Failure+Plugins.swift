import Audit
import ObjectStore
import RegistryModel
import RegistrySync

extension Failure {
  private static let policyFile = ".ai/policies/registry-policy.yaml"

  /// Describes why a plugin is not found, not installed, or not removed.
  init(plugin failure: PluginFailure) {
    switch failure {
    case .badSlug(let slug, let problem):
      self.init(ExitCodes.usage, "invalid-slug", "'\(slug)' cannot be a plugin's slug: \(problem.summary)")
    case .unknown(let slug, let searched):
      let places = searched.map(\.description).joined(separator: ", ")
      self.init(
        ExitCodes.absent,
        "unknown-plugin",
        "there is no plugin '\(slug)' in \(places.isEmpty ? "any usable source" : places)",
        hint: "mmdos catalog search WORD, mmdos catalog status"
      )
    case .ambiguous(let slug, let origins):
      self.init(
        ExitCodes.failure,
        "ambiguous-plugin",
        "several sources have '\(slug)': \(origins.map(\.description).joined(separator: ", "))",
        hint: "name one with --source"
      )
    case .noLocalCatalog:
      self.init(ExitCodes.absent, "no-local-catalog", "the project has no '.ai/plugins/catalog.yaml'")
    case .unsignedOrigin(let origin):
      self.init(
        ExitCodes.policy,
        "unsigned",
        "'\(origin)' carries no signature, and the policy wants one",
        hint: "allow_unsigned_\(origin == .bundled ? "bundled" : "local") in \(Self.policyFile)"
      )
    case .noSourceToUpdate(let origin):
      self.init(
        ExitCodes.absent,
        "no-source",
        "the plugin cannot be taken from '\(origin)' any more",
        hint: "mmdos plugin install FILE, or mmdos catalog install SLUG --source SOURCE"
      )
    default: self.init(content: failure)
    }
  }

  /// Failures of what a plugin brings.
  private init(content failure: PluginFailure) {
    switch failure {
    case .invalidManifest(let place, let problem):
      let position = problem.position.map { ":\($0)" } ?? ""
      self.init(ExitCodes.policy, "invalid-plugin", "\(place)\(position): \(problem.summary)")
    case .missingFile(let path, let origin):
      self.init(
        ExitCodes.integrity,
        "missing-asset",
        "the plugin names '\(path)', which \(origin == .file ? "is not there" : "'\(origin)' does not have")",
        hint: origin == .file ? nil : askPublisher
      )
    case .tooManyFiles(let count, let limit):
      self.init(
        ExitCodes.policy,
        "too-many-files",
        "the plugin has \(count) files, more than \(limit)",
        hint: "max_plugin_files in \(Self.policyFile)"
      )
    case .tooLarge(let limit):
      self.init(
        ExitCodes.policy,
        "too-large",
        "the plugin's files are larger than \(limit) bytes",
        hint: "max_plugin_size_kb in \(Self.policyFile)"
      )
    case .fileTooLarge(let path, let limit):
      self.init(ExitCodes.policy, "too-large", "'\(path)' is larger than \(limit) bytes")
    case .outsideRoots(let path):
      self.init(
        ExitCodes.policy,
        "outside-roots",
        "'\(path)' is in none of the folders that plugins may write to",
        hint: "allowed_write_roots in \(Self.policyFile)"
      )
    case .blocked(let path, let pattern):
      self.init(
        ExitCodes.policy,
        "blocked-path",
        "'\(path)' is blocked by '\(pattern)'",
        hint: "blocked_paths in \(Self.policyFile)"
      )
    case .badExtension(let path, let problem):
      self.init(
        ExitCodes.policy,
        "bad-extension",
        "'\(path)': \(problem.summary)",
        hint: "allowed_file_extensions in \(Self.policyFile)"
      )
    case .badContent(let path, let kind):
      self.init(
        ExitCodes.policy,
        "refused-content",
        "'\(path)' begins like \(kind.summary)",
        hint: "plugins carry text, not programs"
      )
    case .audit(let slug, let first, let count):
      self.init(
        ExitCodes.policy,
        "audit",
        "'\(slug)' is refused by the content audit: \(Quantity.count(count, "critical finding")), the first in "
          + "\(first.place): \(first.words)",
        hint:
          "what was reviewed and is right, audit_allow in \(Self.policyFile) accepts: \"\(first.exception)\""
      )
    case .untrustedOrigin(let origin, let level):
      self.init(
        ExitCodes.policy,
        "untrusted-source",
        "'\(origin)' is a \(level.rawValue) source, and the policy installs only from trusted ones",
        hint:
          "allow_untrusted_install: true in \(Self.policyFile), or trust_level in .ai/registries/sources.yaml"
      )
    case .unexpectedSnapshot(let expected, let found):
      self.init(
        ExitCodes.integrity,
        "unexpected-snapshot",
        found.map { "the snapshot in use is \($0), not the expected \(expected)" }
          ?? "the source has no snapshots, so it cannot be \(expected)",
        hint: "review it before you take it"
      )
    default: self.init(here: failure)
    }
  }

  /// Failures of what is in the project.
  private init(here failure: PluginFailure) {
    switch failure {
    case .conflicts(let slug, let paths):
      self.init(
        ExitCodes.failure,
        "conflict",
        "'\(slug)' would overwrite \(paths.map { "'\($0)'" }.joined(separator: ", "))",
        hint: "compare with --diff; --force overwrites and keeps .bak copies"
      )
    case .inTheWay(let path):
      self.init(
        ExitCodes.policy,
        "in-the-way",
        "at or above '\(path)' is a link or something else that is no plain file or folder",
        hint: "nothing changed; move it away"
      )
    case .changedMeanwhile(let path):
      self.init(ExitCodes.busy, "busy", "'\(path)' was changed meanwhile", hint: "try again")
    case .otherOrigin(let slug, let installed):
      self.init(
        ExitCodes.failure,
        "other-source",
        "'\(slug)' is installed from '\(installed)'",
        hint: "mmdos plugin remove \(slug) --approved, then install it"
      )
    case .notInstalled(let slug, let installed):
      let list = installed.map(\.description).joined(separator: ", ")
      self.init(
        ExitCodes.absent,
        "not-installed",
        "no plugin '\(slug)' is installed",
        hint: list.isEmpty ? "mmdos catalog list" : "installed are: \(list)"
      )
    case .unrecorded(let slug):
      self.init(
        ExitCodes.failure,
        "no-record",
        "'\(slug)' has no install record, so its files cannot be told from yours",
        hint: "--force goes by what its manifest lists, and keeps .bak copies"
      )
    case .brokenJournal:
      self.init(
        ExitCodes.integrity,
        "broken-journal",
        "what an interrupted install left in '.ai/registry-cache/state' is damaged",
        hint: "look at the plugin's files, then remove 'install.pending' and 'install' there"
      )
    default: self.init(ExitCodes.failure, "failure", "\(failure)")
    }
  }
}
