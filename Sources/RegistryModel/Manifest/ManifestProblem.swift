package import Formats
package import ObjectStore

/// Why a `manifest.json` is refused (INTEROP "manifest.json", DESIGN sections 5 and 8).
///
/// Positions are nil where the problem has no single place. Strings in the cases are as they came from outside;
/// who prints them escapes them.
package enum ManifestProblem: Error, Equatable, Sendable {
  /// The text is not strict JSON, lacks a field, or has one of the wrong type.
  case text(TextProblem)
  /// A field that must be one line of text breaks a rule.
  case badLine(field: String, LineProblem, at: TextPosition?)
  /// A field is not a semantic version.
  case badVersion(field: String, found: String, VersionProblem, at: TextPosition?)
  /// A field is not an RFC 3339 time.
  case badTime(field: String, found: String, TimestampProblem, at: TextPosition?)
  /// The hash of a field or path is not `sha256:` and 64 lower-case hex digits.
  case badHash(of: String, found: String, at: TextPosition?)
  /// `files_hashes` names `catalog.yaml` with another hash than `catalog_hash`.
  case catalogHashesDiffer(catalogHash: ObjectID, inFiles: ObjectID, at: TextPosition?)
  /// `minimum_mmdo_version` is newer than this program.
  case programTooOld(needed: SemanticVersion, program: SemanticVersion, at: TextPosition?)
  /// `files_hashes` names more files and folders than the policy allows.
  case tooManyFiles(count: Int, limit: Int, at: TextPosition?)
  /// A path of `files_hashes` breaks a rule.
  case badPath(String, PathProblem, at: TextPosition?)
  /// Two paths conflict, or one is a reserved name.
  case conflictingPaths(PathProblem)
  /// There are more signature blocks than the limit.
  case tooManySignatures(count: Int, limit: Int)
  /// A signature block is malformed; `index` counts from 0, `signature` before `signatures`.
  case badSignature(index: Int, SignatureBlockProblem, at: TextPosition?)

  /// The position in the text, if known.
  package var position: TextPosition? {
    switch self {
    case .text(let problem): problem.position
    case .badLine(_, _, let position), .badVersion(_, _, _, let position), .badTime(_, _, _, let position),
      .badHash(_, _, let position), .catalogHashesDiffer(_, _, let position),
      .programTooOld(_, _, let position), .tooManyFiles(_, _, let position), .badPath(_, _, let position),
      .badSignature(_, _, let position):
      position
    case .conflictingPaths, .tooManySignatures: nil
    }
  }
}
