import Formats
import RegistryModel
import RegistrySync

// The words for publishing.
extension Failure {
  /// Why a folder is not published.
  init(publish problem: PublishProblem) {
    let text: (message: String, hint: String?) =
      switch problem {
      case .missingCatalog(let path): ("\(path.quoted) has no 'catalog.yaml'", "see docs/publishing.md")
      case .catalog(let problem):
        ("catalog.yaml\(problem.position.map { ":\($0)" } ?? ""): \(problem.words)", nil)
      case .missingPlugin(let slug, let path): ("plugin '\(slug)' has no '\(path)'", nil)
      case .plugin(let path, let problem):
        ("\(path)\(problem.position.map { ":\($0)" } ?? ""): \(problem.words)", nil)
      case .missingAsset(let slug, let path): ("plugin '\(slug)' names '\(path)', which is not there", nil)
      case .path(let path, let problem): ("'\(path)': \(problem.words)", "no client takes such a path")
      case .content(let path, let kind): ("'\(path)' begins like \(kind.words)", "registries carry text")
      case .notAFile(let path): ("'\(path)' is a link or a special file", "put the file itself there")
      case .tooLarge(let path, let limit):
        (
          "\(path.map { "'\($0)' is" } ?? "all files together are") larger than \(limit) bytes, "
            + "which clients do not take by default", nil
        )
      case .tooManyFiles(let count, let limit):
        ("\(count) files and folders, more than the \(limit) that clients take", nil)
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
      case .oldManifest(let problem): ("manifest.json: \(problem.words)", nil)
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
    self.init(ExitCodes.failure, "publish", text.message, hint: text.hint)
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
