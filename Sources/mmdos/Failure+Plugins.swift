import Audit
import ObjectStore
import RegistryModel
import RegistrySync

// The words for plugins.
extension Failure {
  init(pluginSearch error: PluginSearchError) {
    switch error {
    case .badSlug(let slug, let problem):
      self.init(ExitCodes.usage, "invalid-slug", "'\(slug)' cannot be a plugin's slug: \(problem.words)")
    case .unknown(let slug, let searched, let nearest):
      let places = searched.map(\.description).joined(separator: ", ")
      self.init(
        ExitCodes.absent,
        "unknown-plugin",
        "there is no plugin '\(slug)' in \(places.isEmpty ? "any usable source" : places)",
        hint: (nearest.map { "did you mean '\($0)'? " } ?? "")
          + "mmdos catalog search WORD, mmdos catalog status"
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
        hint: "allow_unsigned_\(origin == .bundled ? "bundled" : "local") in \(policyFile)"
      )
    case .noSourceToUpdate(let origin):
      self.init(
        ExitCodes.absent,
        "no-source",
        "the plugin cannot be taken from '\(origin)' any more",
        hint: "mmdos catalog search WORDS finds what took its place; mmdos plugin remove SLUG takes it away, "
          + "and then mmdos catalog install SLUG --source SOURCE takes it from there"
      )
    }
  }

  init(pluginInstall error: PluginInstallError) {
    switch error {
    case .conflicts(let slug, let paths, let canBeMarked):
      self.init(
        ExitCodes.failure,
        "conflict",
        "'\(slug)' would overwrite \(paths.map { "'\($0)'" }.joined(separator: ", "))",
        hint: "compare with --diff; --keep PATH leaves a file as it is, "
          + (canBeMarked ? "--merge writes both versions between markers, " : "")
          + "--force overwrites and keeps .bak copies"
      )
    case .downgrade(let slug, let installed, let version):
      self.init(
        ExitCodes.failure,
        "downgrade",
        "'\(slug)' would go from version \(installed) down to \(version)",
        hint: "--allow-downgrade takes it"
      )
    case .notItsFile(let path, let slug):
      self.init(
        ExitCodes.usage,
        "not-its-file",
        "'\(path)' is no file of '\(slug)', so --keep has nothing to keep"
      )
    case .ownedByOther(let path, let owner, let theirs):
      self.init(
        ExitCodes.failure,
        "other-plugin",
        "'\(path)' belongs to the plugin '\(owner)'\(path == theirs ? "" : ", which installed '\(theirs)'")",
        hint: "mmdos plugin remove \(owner) --approved, if you want this one instead"
      )
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
    case .codeNotAccepted(let slug, let paths):
      self.init(
        ExitCodes.approvalNeeded,
        "code-not-accepted",
        "'\(slug)' brings code: \(paths.map { "'\($0)'" }.joined(separator: ", "))",
        hint:
          "look at it with --diff, then add --accept-code, or --expect with the snapshot that you looked at"
      )
    }
  }

  init(pluginFile error: PluginFileError) {
    switch error {
    case .tooLarge(let path, let limit):
      self.init(ExitCodes.policy, "too-large", "'\(path)' is larger than \(limit) bytes")
    case .inTheWay(let path):
      self.init(
        ExitCodes.policy,
        "in-the-way",
        "at or above '\(path)' is a link or something else that is no plain file or folder",
        hint: "nothing changed; move it away"
      )
    case .changedMeanwhile(let path):
      self.init(ExitCodes.busy, "busy", "'\(path)' was changed meanwhile", hint: "try again")
    case .brokenJournal:
      self.init(
        ExitCodes.integrity,
        "broken-journal",
        "what an interrupted install left in '.ai/registry-cache/state' is damaged",
        hint: "look at the plugin's files, then remove 'install.pending' and 'install' there"
      )
    }
  }
}
