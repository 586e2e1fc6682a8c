import Formats
import RegistryModel
import RegistrySync

// The words for entries of sources.yaml, and for what is typed as the address of a registry.
extension Failure {
  init(unusable source: UnusableSource) {
    let place = source.problem.position.map { ":\($0)" } ?? ""
    self.init(
      ExitCodes.failure,
      "unusable-source",
      "\(ProjectLayout.sourcesPath)\(place): '\(source.label)' is not used: \(source.problem.words)",
      hint: source.remedy
    )
  }

  /// What was typed as a folder is none.
  init(folder text: String, _ problem: LocalFolderProblem) {
    let publish = "a registry is a web folder or a local folder that mmdos registry publish filled"
    switch problem {
    case .empty:
      self.init(
        ExitCodes.usage,
        "no-address",
        "the address is empty",
        hint: "give https://host/path/catalog.yaml or a folder"
      )
    case .home(let problem): self.init(home: problem)
    case .file(let folder):
      self.init(
        ExitCodes.usage,
        "not-a-folder",
        "'\(text)' is a file, not a folder",
        hint: folder.map { "name the folder that holds it: '\($0)'" } ?? publish
      )
    case .absent(.gitRepository):
      self.init(
        ExitCodes.usage,
        "git-address",
        "'\(text)' is a git repository, which is no registry",
        hint: "clone it, write catalog.yaml, run mmdos registry publish FOLDER; then add the folder, "
          + "or the https address that serves it"
      )
    case .absent(.withoutScheme(let url)):
      self.init(
        ExitCodes.absent,
        "not-a-folder",
        "there is no folder '\(text)'",
        hint: url.map { "a web address begins with its scheme: '\($0)'" }
          ?? "a web address is https://host/path/catalog.yaml; \(publish)"
      )
    case .absent(.path):
      self.init(
        ExitCodes.absent,
        "not-a-folder",
        "there is no folder '\(text)'",
        hint: "a web address begins with https://; \(publish)"
      )
    }
  }
}

extension UnusableSource {
  /// Why the entry is not used, in one line.
  var words: String { "'\(label)' in sources.yaml is not used: \(problem.words); \(remedy)" }

  /// What to do about it.
  var remedy: String {
    let remove = ShellWord.line(["mmdos", "registry", "remove", label, "--approved"])
    // try?: it only matters whether it is a name.
    let isNamed = (try? RegistryName(parsing: label)) != nil
    let set = ShellWord.line(["mmdos", "registry", "set", label])
    switch problem.reason {
    case .unsupportedValue(_, _, .gitSource) where isNamed:
      return "its maintainer publishes it as a web folder, then: \(set) --url URL; or \(remove)"
    case .invalidValue("url", _, _) where isNamed, .hiddenValue("url", _) where isNamed:
      return "\(set) --url URL corrects it; or \(remove)"
    default: return "correct that line; or \(remove)"
    }
  }

  /// The type and address as written.
  var rows: [(String, String)] {
    [
      ("name", label), ("type", typeName ?? "-"), ("url", url ?? "-"), ("not used", problem.words),
      ("to do", remedy),
    ]
  }
}

extension Failure {
  /// Why a view of the Node tool is not imported.
  init(nodeView error: NodeViewError) {
    let sync = "mmdos registry sync NAME --approved fetches it"
    switch error {
    case .noManifest(let name):
      self.init(
        ExitCodes.absent,
        "no-manifest",
        "the cache of '\(name)' has no manifest.json, so nothing says what its files should be",
        hint: sync
      )
    case .files(let name, let findings):
      let first = findings.first.map { VerifyReport.Finding.Kind.view($0).words } ?? ""
      let more = findings.count > 1 ? ", and \(findings.count - 1) more" : ""
      self.init(
        ExitCodes.integrity,
        "node-view-damaged",
        "the cache of '\(name)' is not what its manifest says: \(first)\(more)",
        hint: sync
      )
    case .notLocked(let name, let manifest):
      self.init(
        ExitCodes.integrity,
        "node-view-not-locked",
        "'\(name)' is unsigned, and registry-lock.json does not name its manifest \(manifest) at this address",
        hint: sync
      )
    }
  }
}
