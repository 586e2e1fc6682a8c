import ObjectStore
import Refs
import RegistrySync
import SystemPackage

/// What a failed command tells: the one place where errors become words and exit codes.
///
/// Texts may hold outside text; whoever prints one escapes it.
struct Failure: Error, Equatable {
  /// The exit code.
  let code: Int32
  /// A stable word for programs.
  let kind: String
  /// What failed and why: lower case, no full stop.
  let message: String
  /// What to do, where something can be said.
  let hint: String?

  init(_ code: Int32, _ kind: String, _ message: String, hint: String? = nil) {
    self.code = code
    self.kind = kind
    self.message = message
    self.hint = hint
  }

  /// Describes any error of the library.
  init(_ error: any Error) {
    self =
      switch error {
      case let failure as Failure: failure
      case _ where error.isCancellation: .interrupted
      case let error as SyncError: Failure(storage: error) ?? Failure(sync: error)
      case let error as ObjectStoreError: Failure(store: error)
      case let error as RefError: Failure(refs: error)
      case let error as DiskError: Failure(disk: error)
      case let error as OutputError: Failure(ExitCodes.failure, "output", error.summary)
      default: Failure(ExitCodes.failure, "failure", "\(error)")
      }
  }

  private init(sync error: SyncError) {
    switch error {
    case .noProject(let path):
      self.init(
        ExitCodes.absent,
        "no-project",
        "no project: neither \(path.quoted) nor a folder above it holds '.ai'",
        hint: "mmdos init --approved"
      )
    case .unsafeFolder(let path, let reason):
      let why = reason == .ownedByAnotherUser ? "belongs to another user" : "may be written to by everyone"
      self.init(
        ExitCodes.policy,
        "unsafe-folder",
        "\(path.quoted) \(why), so it is not used",
        hint: "MMDOS_SAFE_DIRECTORY=\(path) allows it, if you trust who can write there"
      )
    case .unknownCacheFormat(let path, let found):
      self.init(
        ExitCodes.failure,
        "cache-format",
        "\(path.quoted) is not a cache of this version: its 'format' \(found.map { "says '\($0)'" } ?? "is missing")",
        hint: "use the mmdos that made it, or move the folder away and sync again"
      )
    case .invalidFile(let path, let problem):
      let place = problem.position.map { ":\($0)" } ?? ""
      self.init(ExitCodes.failure, "invalid-file", "\(path)\(place): \(problem.summary)")
    case .invalidName(let name, let problem):
      self.init(ExitCodes.usage, "invalid-name", "'\(name)' cannot be a registry's name: \(problem.summary)")
    case .unknownRegistry(let name, let known):
      self.init(
        ExitCodes.absent,
        "unknown-registry",
        "there is no registry '\(name)'",
        hint: known.isEmpty
          ? "mmdos registry add NAME URL --approved" : "known are: \(known.joined(separator: ", "))"
      )
    case .registryExists(let name):
      self.init(
        ExitCodes.failure,
        "registry-exists",
        "there is a registry '\(name)' already",
        hint: "mmdos registry remove \(name) --approved"
      )
    case .neverSynced(let name):
      self.init(
        ExitCodes.absent,
        "never-synced",
        "'\(name)' has not been synced yet",
        hint: "mmdos registry sync \(name) --approved"
      )
    case .invalidURL(let url, let problem):
      // A password must not reach terminals and logs.
      let subject = problem == .userInfo ? "the address" : "'\(url)'"
      self.init(
        ExitCodes.policy,
        "invalid-url",
        "\(subject) is refused: \(problem.summary)",
        hint: "a registry's address looks like https://host/path/catalog.yaml"
      )
    default: self.init(content: error)
    }
  }

  /// Failures of what a publisher, a network or a folder to publish brought.
  private init(content error: SyncError) {
    switch error {
    case .refused(let refusal): self.init(refusal: refusal)
    case .invalidManifest(let source, let problem):
      let place = problem.position.map { ":\($0)" } ?? ""
      let (code, hint) = Self.judge(problem)
      self.init(code, "invalid-manifest", "\(source)\(place): \(problem.summary)", hint: hint)
    case .manifestTooLarge(let source, let limit):
      self.init(
        ExitCodes.policy,
        "too-large",
        "'\(source)' is larger than \(limit) bytes",
        hint: "max_manifest_size_kb in .ai/policies/registry-policy.yaml"
      )
    case .invalidCatalog(let source, let problem):
      let place = problem.position.map { "catalog.yaml:\($0)" } ?? "catalog.yaml"
      self.init(
        ExitCodes.integrity,
        "invalid-catalog",
        "\(source): \(place): \(problem.summary)",
        hint: askPublisher
      )
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
        "'\(path)' begins like \(kind.summary)",
        hint: "registries carry text, not programs"
      )
    case .tooLarge(let path, let limit):
      let subject = path.map { "'\($0)' is" } ?? "all files together are"
      let key =
        switch path?.description {
        case nil: "max_registry_cache_size_kb"
        case "catalog.yaml": "max_manifest_size_kb"
        default: "max_registry_file_size_kb"
        }
      self.init(
        ExitCodes.policy,
        "too-large",
        "\(subject) larger than \(limit) bytes",
        hint: "\(key) in .ai/policies/registry-policy.yaml"
      )
    case .unexpectedManifest(let expected, let found):
      self.init(
        ExitCodes.integrity,
        "unexpected-manifest",
        "the publisher's manifest is \(found), not the expected \(expected)",
        hint: "review it before you take it"
      )
    case .fetch(let error):
      self.init(ExitCodes.network, "network", error.summary, hint: "nothing changed; what was proven is kept")
    case .localSource(let error):
      let failure = Failure(disk: error)
      self.init(failure.code, "local-source", failure.message)
    default: self.init(local: error)
    }
  }

  /// Whether it is the manifest that is wrong, or only not what this policy or program takes.
  private static func judge(_ problem: ManifestProblem) -> (code: Int32, hint: String) {
    switch problem {
    case .tooManyFiles: (ExitCodes.policy, "max_registry_files in .ai/policies/registry-policy.yaml")
    case .badPath(_, .extensionNotAllowed, _):
      (ExitCodes.policy, "allowed_file_extensions in .ai/policies/registry-policy.yaml")
    case .programTooOld: (ExitCodes.integrity, "install a newer mmdos")
    default: (ExitCodes.integrity, askPublisher)
    }
  }

  /// Failures of what is here.
  private init(local error: SyncError) {
    switch error {
    case .notHeld(let name, let path):
      self.init(
        ExitCodes.absent,
        "not-held",
        path.map { "'\($0)' of '\(name)' is neither here nor in an alternate" }
          ?? "no snapshot of '\(name)' is here or in an alternate",
        hint: "mmdos registry sync \(name) --approved asks the publisher"
      )
    case .noSuchFile(let name, let path):
      self.init(
        ExitCodes.absent,
        "no-such-file",
        "'\(name)' has no '\(path)'",
        hint: "mmdos registry ls \(name)"
      )
    case .invalidPath(let path, let problem):
      self.init(ExitCodes.usage, "invalid-path", "'\(path)': \(problem.summary)")
    case .provenance(let name, let problem):
      let why =
        switch problem {
        case .missingEntry: "it has no entry"
        case .mismatch(let field): "'\(field)' of its entry is not what the snapshot in use says"
        }
      self.init(
        ExitCodes.integrity,
        "provenance",
        "registry-lock.json does not vouch for '\(name)': \(why)",
        hint: Self.hint(name: name.description, problem)
      )
    case .untrusted(let name, let refusal):
      self.init(
        refusal.kind == .integrity ? ExitCodes.integrity : ExitCodes.policy,
        refusal.word,
        "'\(name)' is refused: \(refusal.summary)",
        hint: refusal.hint(name: name.description)
      )
    case .audit(let name, let refusal): self.init(audit: refusal, of: name)
    case .projectKey(_, .disk(let error)): self.init(disk: error)
    case .projectKey(let path, let problem):
      self.init(
        ExitCodes.failure,
        "project-key",
        "\(path.quoted): \(problem.summary)",
        hint: "chmod 600 \(path), or make a new one with mmdos registry keygen --force --approved"
      )
    case .noProjectKey:
      self.init(
        ExitCodes.absent,
        "no-project-key",
        "the project has no key of its own",
        hint: "mmdos registry keygen --approved"
      )
    case .forgedLockEntry(let name, let field):
      self.init(
        ExitCodes.integrity,
        "forged-lock-entry",
        "the entry of '\(name)' in registry-lock.json was changed, or made with another key: '\(field)' does not match",
        hint: "look at what changed; mmdos registry lock --resign --approved adopts it if it is right"
      )
    case .notAsLocked(let name, let problem):
      self.init(
        ExitCodes.integrity,
        "not-as-locked",
        "'\(name)' cannot be put in use as locked: \(problem.words)",
        hint: problem.isAboutPin
          ? "mmdos registry sync \(name) --locked --approved, or mmdos registry unpin \(name) --approved"
          : "mmdos registry sync \(name) without --locked takes what the publisher has now"
      )
    case .keepsChanging(let name):
      self.init(ExitCodes.busy, "busy", "'\(name)' kept changing while it was being read", hint: "try again")
    case .bundle(let path, let problem): self.init(bundle: path, problem)
    case .vendor(let path, let problem): self.init(vendor: path, problem)
    case .publish(let problem): self.init(publish: problem)
    case .trustStore(let problem): self.init(trustStore: problem)
    case .keyFile(let path, let problem): self.init(keyFile: path, problem)
    case .store(let error): self.init(store: error)
    case .refs(let error): self.init(refs: error)
    case .disk(let error): self.init(disk: error)
    case .plugin(let failure): self.init(plugin: failure)
    default: self.init(ExitCodes.failure, "failure", "\(error)")
    }
  }

  private init(refusal: PolicyRefusal) {
    let file = ".ai/policies/registry-policy.yaml"
    switch refusal {
    case .remoteRegistries:
      self.init(
        ExitCodes.policy,
        "remote-forbidden",
        "the policy forbids remote registries",
        hint: "set allow_remote_registries: true in \(file)"
      )
    case .disabledSource(let name):
      self.init(
        ExitCodes.policy,
        "disabled-source",
        "'\(name)' is disabled",
        hint: "set enabled: true for it in .ai/registries/sources.yaml"
      )
    case .bundledSource:
      self.init(
        ExitCodes.policy,
        "bundled-source",
        "the bundled source came with the program and is never synced"
      )
    }
  }

  private init(publish problem: PublishProblem) {
    let text: (message: String, hint: String?) =
      switch problem {
      case .missingCatalog(let path): ("\(path.quoted) has no 'catalog.yaml'", "see docs/publishing.md")
      case .catalog(let problem):
        ("catalog.yaml\(problem.position.map { ":\($0)" } ?? ""): \(problem.summary)", nil)
      case .missingPlugin(let slug, let path): ("plugin '\(slug)' has no '\(path)'", nil)
      case .plugin(let path, let problem):
        ("\(path)\(problem.position.map { ":\($0)" } ?? ""): \(problem.summary)", nil)
      case .missingAsset(let slug, let path): ("plugin '\(slug)' names '\(path)', which is not there", nil)
      case .path(let path, let problem): ("'\(path)': \(problem.summary)", "no client takes such a path")
      case .content(let path, let kind): ("'\(path)' begins like \(kind.summary)", "registries carry text")
      case .notAFile(let path): ("'\(path)' is a link or a special file", "put the file itself there")
      case .tooLarge(let path, let limit):
        (
          "\(path.map { "'\($0)' is" } ?? "all files together are") larger than \(limit) bytes, "
            + "which clients do not take by default", nil
        )
      case .tooManyFiles(let count, let limit):
        ("\(count) files, more than the \(limit) that clients take", nil)
      case .missingField(let option): ("there is no manifest.json yet, so \(option) is needed", nil)
      case .badField(let option, let value):
        (
          "\(option) cannot be '\(value)'", Self.form(of: option)
        )
      case .expired(let time, let isKept):
        (
          "the manifest would have expired at \(time)" + (isKept ? ", as the one before it" : ""),
          "give --expires-at a time to come, or 'never'"
        )
      case .versionNotNewer(let new, let published):
        (
          "version \(new) is not newer than \(published), which manifest.json has",
          "give a newer --version, or --allow-same-version while nobody has synced it"
        )
      case .oldManifest(let problem): ("manifest.json: \(problem.summary)", nil)
      case .missingManifest(let path):
        ("\(path.quoted) has no 'manifest.json' to sign", "publish it first, without --add-signature")
      case .differsFromManifest(let path, let difference):
        (
          "'\(path)' \(difference.words), so the manifest is not signed",
          "publish a newer version, or restore the folder"
        )
      case .signing(let problem): (problem.summary, nil)
      case .notFaithful: ("the signed manifest would not say what it said before", nil)
      }
    self.init(ExitCodes.failure, "publish", text.message, hint: text.hint)
  }

  private init(store error: ObjectStoreError) {
    let heal = "mmdos registry sync NAME --approved fetches it again"
    switch error {
    case .missing(let id):
      self.init(ExitCodes.integrity, "missing-object", "object \(id) is missing", hint: heal)
    case .corrupt(let id, let path, let damage):
      self.init(
        ExitCodes.integrity,
        "corrupt-object",
        "object \(id) is damaged in \(path.quoted): \(damage.words)",
        hint: heal
      )
    case .malformed(let id, let malformation):
      self.init(
        ExitCodes.integrity,
        "malformed-object",
        "object \(id) is not what it is used as: \(malformation.words)"
      )
    case .unencodable(let field): self.init(ExitCodes.failure, "unencodable", "'\(field)' cannot be stored")
    case .collidingPaths(let first, let second):
      self.init(ExitCodes.integrity, "colliding-paths", "'\(first)' and '\(second)' cannot both be files")
    case .wrongContent(let expected, let found):
      self.init(ExitCodes.integrity, "wrong-hash", "expected sha256 \(expected), got \(found)")
    case .unknownFormat(let path, _):
      self.init(ExitCodes.failure, "cache-format", "\(path.quoted) is not a store of this version")
    case .malformedShallow(let path, let line): self.init(malformedShallow: path, line: line)
    case .disk(let error): self.init(disk: error)
    }
  }

  init(disk error: DiskError) {
    if error.isOutOfDescriptors {
      self.init(outOfDescriptors: error)
      return
    }
    let why =
      error.isWrongKind && error.operation == .open ? "it is a link or not what is expected" : "\(error.code)"
    let code = error.code == .noSuchFileOrDirectory ? ExitCodes.absent : ExitCodes.failure
    self.init(code, "disk", "cannot \(error.operation.rawValue) \(error.path.quoted): \(why)")
  }
}
