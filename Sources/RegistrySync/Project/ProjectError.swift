package import Formats
package import RegistryModel
package import SystemPackage

/// A problem with a project's folder and files, as data; `mmdos` makes the words.
package enum ProjectError: Error, Equatable, Sendable {
  /// Why a folder is not used.
  package enum UnsafeReason: Equatable, Sendable {
    case ownedByAnotherUser, writableByEveryone
  }

  /// Neither this folder nor one above it contains `.ai`.
  case noProject(FilePath)

  /// Another user controls the folder (DESIGN section 1, rule 9).
  case unsafeFolder(FilePath, UnsafeReason)

  /// The cache has another format version, or the folder is not a cache.
  case unknownCacheFormat(FilePath, found: String?)

  /// A file that people edit does not parse or has an invalid value.
  case invalidFile(FilePath, TextProblem)

  /// A path in a file that people edit is in a home that is not known.
  case home(FilePath, HomePath.Problem)

  /// A file has the marks of an unfinished merge, from that line on.
  case mergeMarks(FilePath, line: Int)

  /// The marks of a merge in a file are not whole, so its sides cannot be told apart.
  case brokenMergeMarks(FilePath)

  /// One side of a merge does not parse or has an invalid value; the position is one in that side's text.
  case invalidMergeSide(FilePath, MergeMarks.Side, TextProblem)

  /// The name breaks a rule for registry names.
  case invalidName(String, RegistryNameProblem)

  /// No source has that name.
  case unknownRegistry(String, known: [String])

  /// The entry of `sources.yaml` with that name breaks a rule.
  case unusableSource(UnusableSource)

  /// The text is not the folder of a registry.
  case localFolder(String, LocalFolderProblem)

  /// There is already a source with that name, ignoring case.
  case registryExists(String)

  /// The project's own key cannot be used.
  case projectKey(FilePath, ProjectKeyProblem)

  /// The project has no key of its own, but one is needed.
  case noProjectKey

  /// An HMAC of a lockfile entry that was to be used is wrong or missing.
  case lockEntryCode(RegistryName, LockCodeProblem, isOfNodeTool: Bool)

  /// The lockfile's entry is not the one that the operation read and judged by: someone changed it meanwhile.
  case lockEntryChanged(RegistryName)

  /// A file with a private key is not read or written.
  case keyFile(FilePath, KeyFileProblem)
}

extension ProjectError {
  /// Refuses a file with the marks of an unfinished merge, which a parser would call a syntax error.
  static func refuseMergeMarks(_ path: FilePath, _ bytes: [UInt8]) throws(ProjectError) {
    if let line = MergeMarks.firstLine(in: bytes) { throw .mergeMarks(path, line: line) }
  }

  /// Runs a parser of a project's file and adds the file's path to its error.
  static func parsing<Result>(
    _ path: FilePath,
    _ body: () throws(TextProblem) -> Result
  ) throws(ProjectError) -> Result {
    do { return try body() } catch { throw .invalidFile(path, error) }
  }
}
