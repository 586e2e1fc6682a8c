import Formats
import RegistryModel
import RegistrySync

// The words for publishing.
extension Failure {
  /// Why a folder is not published: a single mistake as any other failure, several with a line each.
  init(publish all: PublishProblems) {
    let details = all.problems.map { problem in
      let words = problem.words
      return Detail(path: problem.path, message: words.message, hint: words.hint)
    }
    if let only = details.first, details.count == 1 {
      self.init(ExitCodes.failure, "publish", only.message, hint: only.hint)
    } else {
      self.init(ExitCodes.failure, "publish", "\(details.count) mistakes, so there is nothing to publish")
    }
    self.details = details
  }
}

extension PublishProblem {
  /// What is wrong, and what to do about it.
  var words: (message: String, hint: String?) {
    switch self {
    case .missingCatalog(let path): ("\(path.quoted) has no 'catalog.yaml'", Self.scaffoldHint)
    case .catalog(let problem):
      ("catalog.yaml\(problem.position.map { ":\($0)" } ?? ""): \(problem.words)", nil)
    case .missingPlugin(let slug, let path): ("plugin '\(slug)' has no '\(path)'", nil)
    case .plugin(let path, let problem):
      ("\(path)\(problem.position.map { ":\($0)" } ?? ""): \(problem.words)", nil)
    case .missingAsset(let slug, let path, let reason): Self.missing(path, of: slug, reason)
    case .pluginContent(let path, let error):
      ("'\(path)': \(Failure(pluginContent: error).message)", Self.hint(pluginContent: error))
    case .path(let path, let problem): ("'\(path)': \(problem.words)", "no client takes such a path")
    case .notUTF8(let path): ("'\(path)': the name is not UTF-8", "no client takes such a path")
    case .content(let path, let kind): ("'\(path)' begins like \(kind.words)", "no client takes programs")
    case .notAFile(let path): ("'\(path)' is a link or a special file", "put the file itself there")
    case .reserved(let path):
      ("'\(path)' lies where publish keeps its own files", "move it, or name it in .mmdosignore")
    case .badRelease(let path):
      (
        "'\(path)' is not the manifest that its name says",
        "restore it from what you deployed, or remove it: clients who locked that release then need it no more"
      )
    case .badPackList(let problem):
      ("packs.json\(problem.position.map { ":\($0)" } ?? ""): \(problem.words)", Self.packHint)
    case .badPack(let path): ("'\(path)' is missing, or is not what packs.json says of it", Self.packHint)
    case .changedMeanwhile(let path): ("'\(path)' changed while it was published", "publish again")
    case .finding(let finding): ("\(finding.place): \(finding.words)", Self.findingHint)
    case .tooLarge(let path, let limit):
      (
        "\(path.map { "'\($0)' is" } ?? "all files together are") larger than \(limit) bytes, "
          + "which clients do not take by default", Self.limitHint
      )
    case .tooManyFiles(let count, let limit):
      ("\(count) files and folders, more than the \(limit) that clients take by default", Self.limitHint)
    case .missingField(let field): ("there is no manifest.json yet, so \(field.option) is needed", nil)
    case .badField(let field, let value): ("\(field.option) cannot be '\(value)'", field.form)
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
    case .dateNotNewer(let now, let published): Self.dateNotNewer(now, published)
    case .signatureLost:
      ("manifest.json is signed, and no key was given; clients refuse an unsigned one after it", Self.keyHint)
    case .oldManifest(let problem): ("manifest.json: \(problem.words)", nil)
    case .newManifest(let problem): ("the new manifest.json: \(problem.words)", nil)
    case .missingManifest(let path):
      ("\(path.quoted) has no 'manifest.json' to sign", "publish it first, without --add-signature")
    case .differsFromManifest(let path, let difference):
      (
        "'\(path)' \(difference.words), so the manifest is not signed",
        "publish a newer version, or restore the folder"
      )
    case .signing(let problem): (problem.words, nil)
    case .notFaithful: ("the signed manifest would not say what it said before", nil)
    }
  }

  private static let packHint =
    "restore it from what you deployed, or remove packs.json: files that newer releases replaced are lost then for "
    + "clients who locked an older one"
  private static let limitHint =
    "for clients who take more, raise the limit in registry-policy.yaml of the project in which you publish; see "
    + "docs/publishing.md"
  private static let scaffoldHint =
    "mmdos registry scaffold FOLDER makes one of skills, agents and commands; see docs/publishing.md"
  private static let keyHint =
    "give --key and --key-id; --allow-unsigned publishes it unsigned all the same"
  private static let findingHint =
    "clients do not take it by default; mmdos registry audit FOLDER says why, and --allow-findings publishes it "
    + "all the same"

  private static func hint(pluginContent error: PluginContentError) -> String {
    switch error {
    case .tooManyFiles, .tooLarge: limitHint
    default: "no client installs it by default"
    }
  }

  private static func missing(_ path: String, of slug: String, _ reason: IgnoreChain.Reason?) -> (
    String, String?
  ) {
    guard let reason else { return ("plugin '\(slug)' names '\(path)', which is not there", nil) }
    return (
      "plugin '\(slug)' names '\(path)', which is left out by \(reason.words)",
      "a later line of .mmdosignore takes it back in: !NAME"
    )
  }

  private static func dateNotNewer(_ now: Timestamp, _ published: Timestamp) -> (String, String?) {
    (
      "this machine's clock says \(now), and manifest.json is of \(published); clients refuse an older date",
      "set the clock right; if the other clock was wrong and nobody has synced that manifest, remove manifest.json "
        + "and publish with --name, --publisher and --version"
    )
  }
}

extension IgnoreChain.Reason {
  /// Who leaves a path out.
  var words: String {
    switch self {
    case .builtIn(let pattern): "the built-in rule '\(pattern)'"
    case .ignoreFile(let path, let line): "\(path):\(line)"
    }
  }
}

extension PublishField {
  /// The option of `publish` that gives it.
  fileprivate var option: String {
    switch self {
    case .registryName: "--name"
    case .publisher: "--publisher"
    case .version: "--version"
    case .expiresAt: "--expires-at"
    }
  }

  /// What its value looks like.
  fileprivate var form: String {
    switch self {
    case .registryName, .publisher: "it takes one line of text, at most 256 bytes"
    case .version: "a version looks like 1.2.3"
    case .expiresAt: "a time looks like 2027-01-31T12:00:00Z; 'never' leaves it out"
    }
  }
}

extension ManifestDifference {
  /// How a file differs, worded to follow its path.
  fileprivate var words: String {
    switch self {
    case .notNamed: "is not named by manifest.json"
    case .missing: "is named by manifest.json and not there"
    case .changed: "is not what manifest.json states"
    }
  }
}
