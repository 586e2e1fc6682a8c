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
}
