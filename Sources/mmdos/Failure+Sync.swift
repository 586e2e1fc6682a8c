import Fetch
import Formats
import RegistryModel
import RegistrySync

// The words for what happens while a registry is fetched and put in use.
extension Failure {
  init(sync error: SyncError) {
    switch error {
    case .tooLarge(let path, let limit): self.init(tooLarge: path, limit: limit)
    case .notAsLocked(let name, let problem): self.init(notAsLocked: name, problem)
    case .invalidURL(let url, let problem): self.init(url: url, problem)
    case .wrongContent(let url, let expected, let found):
      self.init(
        ExitCodes.integrity,
        "wrong-hash",
        "\(url) is not the file that the manifest names: expected sha256 \(expected), got \(found)",
        hint: "the host is changing, or it is not serving what was published; " + askPublisher
      )
    case .refusedContent(let path, let kind):
      self.init(
        ExitCodes.policy,
        "refused-content",
        "'\(path)' begins like \(kind.words)",
        hint: "registries carry no programs; " + askPublisher
      )
    case .pageInsteadOfManifest(let source, let target, let isLogin):
      self.init(pageInsteadOf: source, from: target, isLogin: isLogin)
    case .manifestTooLarge(let source, let limit):
      self.init("too-large", "'\(source)' is larger than \(limit) bytes", by: "max_manifest_size_kb")
    case .unexpectedManifest(let expected, let found):
      self.init(
        ExitCodes.integrity,
        "unexpected-manifest",
        "the publisher's manifest is \(found), not the expected \(expected)",
        hint: "review it before you take it"
      )
    case .unprovenMirror(let source):
      self.init(
        ExitCodes.integrity,
        "unproven-mirror",
        "\(source): no signature counts, so nothing shows that the mirror's manifest is the publisher's",
        hint:
          "a mirror serves what is signed or locked; what is neither has to come from the registry's own url"
      )
    case .localSource(let error):
      let failure = Failure(disk: error)
      self.init(failure.code, "local-source", failure.message)
    case .notHeld(let name, let path):
      self.init(
        ExitCodes.absent,
        "not-held",
        path.map { "'\($0)' of '\(name)' is neither here nor in an alternate" }
          ?? "no snapshot of '\(name)' is here or in an alternate",
        hint: "mmdos registry sync \(name) --approved asks the publisher"
      )
    case .audit(let name, let refusal): self.init(audit: refusal, of: name)
    }
  }

  private init(url: String, _ problem: URLProblem) {
    // A password must not reach terminals and logs.
    let subject = url.mayHoldSecret ? "the address" : "'\(url)'"
    self.init(
      ExitCodes.policy,
      "invalid-url",
      "\(subject) is refused: \(problem.words)",
      hint: "a registry's address looks like https://host/path/catalog.yaml"
    )
  }

  private init(pageInsteadOf source: String, from target: RequestURL?, isLogin: Bool) {
    let page = isLogin ? "a login page answered" : "a web page came instead of a manifest"
    self.init(
      ExitCodes.network,
      "page-instead-of-manifest",
      "'\(source)': \(page)\(target.map { ": it redirects to '\($0)'" } ?? "")",
      hint: isLogin
        ? FetchError.loginPageHint
        : "the address leads elsewhere, or a portal stands in between: open it in a browser"
    )
  }

  private init(tooLarge path: ManifestPath?, limit: Int64) {
    let subject = path.map { "'\($0)' is" } ?? "all files together are"
    let key =
      switch path?.description {
      case nil: "max_registry_cache_size_kb"
      case "catalog.yaml": "max_manifest_size_kb"
      default: "max_registry_file_size_kb"
      }
    self.init("too-large", "\(subject) larger than \(limit) bytes", by: key)
  }

  private init(notAsLocked name: RegistryName, _ problem: LockedProblem) {
    self.init(
      ExitCodes.integrity,
      "not-as-locked",
      "'\(name)' cannot be put in use as locked: \(problem.words)",
      hint: Self.hint(name: name.description, problem)
    )
  }

  private static func hint(name: String, _ problem: LockedProblem) -> String {
    switch problem {
    case .pinned:
      "mmdos registry sync \(name) --locked --approved, or mmdos registry unpin \(name) --approved"
    case .disagrees:
      "look at what changed in registry-lock.json; mmdos registry sync \(name) --approved writes its entry anew"
    case .filesGone:
      "import a bundle from somebody who has it, or ask the publisher for packs; mmdos registry sync \(name) without "
        + "--locked takes what the publisher has now"
    case .missingEntry, .refusedEntry, .otherURL, .otherManifest:
      "mmdos registry sync \(name) without --locked takes what the publisher has now"
    }
  }
}
