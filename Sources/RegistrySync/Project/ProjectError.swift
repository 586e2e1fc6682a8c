package import Formats
package import RegistryModel
package import SystemPackage

/// What is wrong with a project's own folder and files, as data; `mmdos` makes the words.
package enum ProjectError: Error, Equatable, Sendable {
  /// Why a folder is not used.
  package enum UnsafeReason: Equatable, Sendable {
    case ownedByAnotherUser, writableByEveryone
  }

  /// No folder upward from here holds `.ai`.
  case noProject(FilePath)

  /// Someone else controls the folder (DESIGN section 1, rule 9).
  case unsafeFolder(FilePath, UnsafeReason)

  /// The cache was made by another version, or is not one.
  case unknownCacheFormat(FilePath, found: String?)

  /// A file that people edit does not parse or holds a wrong value.
  case invalidFile(FilePath, TextProblem)

  /// The name is not one a registry may have.
  case invalidName(String, RegistryNameProblem)

  /// No source has that name.
  case unknownRegistry(String, known: [String])

  /// A source of that name, ignoring case, is there already.
  case registryExists(String)

  /// The project's own key cannot be used.
  case projectKey(FilePath, ProjectKeyProblem)

  /// The project has no key of its own, and one is needed.
  case noProjectKey

  /// An entry of the lockfile was changed, or made with another key: the named code does not match.
  case forgedLockEntry(RegistryName, field: String)

  /// A file with a private key is not used or written.
  case keyFile(FilePath, KeyFileProblem)
}

extension ProjectError {
  /// Runs a parser of a project's file, so that its failure names the file.
  static func parsing<Result>(
    _ path: FilePath,
    _ body: () throws(TextProblem) -> Result
  ) throws(ProjectError) -> Result {
    do { return try body() } catch { throw .invalidFile(path, error) }
  }
}
