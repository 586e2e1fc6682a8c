import Disk
import Fetch
import Formats
import ObjectStore
import Preview
import Refs
import RegistryModel
import RegistrySync
import SystemPackage

/// The message of a failed command: the only place where errors become text and exit codes.
///
/// Strings may contain text from outside; whoever prints one escapes it.
struct Failure: Error, Equatable {
  let code: Int32
  /// A stable identifier for JSON output.
  let kind: String
  /// What failed and why: lower case, no full stop.
  let message: String
  /// What the user can do, if anything.
  let hint: String?
  /// Each single mistake, where a command reports several at once, or what else failed besides.
  var details: [Detail] = []

  /// One of several mistakes.
  struct Detail: Equatable {
    /// The file that it is about, if any.
    let path: String?
    let message: String
    let hint: String?
  }

  init(_ code: Int32, _ kind: String, _ message: String, hint: String? = nil) {
    self.code = code
    self.kind = kind
    self.message = message
    self.hint = hint
  }

  /// Describes any error of the libraries.
  init(_ error: any Error) {
    self =
      switch error {
      case let failure as Failure: failure
      case _ where error.isCancellation: .interrupted
      case let error as MirroredFailure: Failure(mirrored: error)
      case let error as OutputError: Failure(ExitCodes.failure, "output", error.words)
      default:
        Failure(ofTheLibraries: error) ?? Failure(ofTheOperations: error)
          ?? Failure(ExitCodes.failure, "failure", "an error without words: \(type(of: error))")
      }
  }

  /// Errors of the targets below RegistrySync; nil for any other.
  private init?(ofTheLibraries error: any Error) {
    switch error {
    case let error as DiskError: self.init(disk: error)
    case let error as ObjectStoreError: self.init(store: error)
    case let error as RefError: self.init(refs: error)
    case let refusal as PolicyRefusal: self.init(refusal: refusal)
    case let problem as TrustStoreProblem: self.init(trustStore: problem)
    case let error as FetchError: self.init(fetch: error)
    case let error as PreviewError: self.init(preview: error)
    case let problem as HomePath.Problem: self.init(home: problem)
    default: return nil
    }
  }

  /// Errors of RegistrySync; nil for any other.
  private init?(ofTheOperations error: any Error) {
    switch error {
    case let error as ProjectError: self.init(project: error)
    case let error as UserConfigurationError: self.init(user: error)
    case let error as ReadingError: self.init(reading: error)
    case let error as SyncError: self.init(sync: error)
    case let error as SharingError: self.init(sharing: error)
    case let error as StorageError: self.init(storage: error)
    case let error as BundleError: self.init(bundle: error)
    case let error as NodeViewError: self.init(nodeView: error)
    case let error as PluginFileError: self.init(pluginFile: error)
    case let error as PluginSearchError: self.init(pluginSearch: error)
    case let error as PluginContentError: self.init(pluginContent: error)
    case let error as PluginInstallError: self.init(pluginInstall: error)
    case let problems as PublishProblems: self.init(publish: problems)
    case let error as ScaffoldError: self.init(scaffold: error)
    default: return nil
    }
  }

  init(store error: ObjectStoreError) {
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
    let code = error.code == .noSuchFileOrDirectory ? ExitCodes.absent : ExitCodes.failure
    guard error.code == .permissionDenied || error.code == .notPermitted,
      let foreign = ForeignPlace.find(error.path)
    else {
      self.init(code, "disk", error.words)
      return
    }
    let owner = foreign.isOfRoot ? "root" : "another user (\(foreign.owner))"
    self.init(
      code,
      "disk",
      "\(error.words): \(foreign.path.quoted) belongs to \(owner)",
      hint: foreign.isOfGroup
        ? "a group shares that folder, and its owner's umask kept the group from writing; the owner runs chmod -R g+w on it, "
          + "and umask 002 or 007 from then on"
        : "an earlier command ran as that user; sudo chown -R \"$(id -u)\" on the project's .ai gives it back"
    )
  }
}
