import ObjectStore
import Refs

extension RefError {
  /// What failed and why: lower case, no full stop.
  ///
  /// Names and paths are not escaped; whoever prints the text escapes them.
  var words: String {
    switch self {
    case .malformedName(let text): "'\(text)' is not a legal name"
    case .absent(let ref): "there is no ref '\(ref)'"
    case .malformedRef(let path): "the ref '\(path)' is corrupt: it is not an object id and a newline"
    case .unexpectedFile(let path): "'\(path)' is not a ref"
    case .unexpectedValue(let ref, let expected, let found):
      "the ref '\(ref)' is \(Self.describe(found)), expected was \(expected)"
    case .duplicateUpdate(let ref): "the ref '\(ref)' is changed twice at once"
    case .wrongLock(let ref, let held): "the ref '\(ref)' is changed under the lock of '\(held)'"
    case .zeroID(let ref): "the ref '\(ref)' cannot be set to zeros"
    case .commitFailed(let ref, let moved, let cause):
      "the ref '\(ref)' could not be written: \(cause.words); moved before it: "
        + (moved.isEmpty ? "none" : moved.map(\.description).joined(separator: ", "))
    case .malformedMessage(let text): "'\(text)' is not one line of text"
    case .malformedAgent(let text): "'\(text)' is not a program version"
    case .malformedTime(let seconds): "\(seconds) seconds since 1970 is not a time of a reflog"
    case .malformedReflog(let path, let line): "the reflog '\(path)' is corrupt in line \(line)"
    case .malformedPendingRecord(let path): "the pending record '\(path)' is corrupt"
    case .busy(let path, let waited): "'\(path)' is locked by another process, waited \(waited)"
    case .unstable(let ref, let attempts):
      "the ref '\(ref)' changed during each of \(attempts) attempts to read it"
    case .disk(let cause): cause.words
    case .revision(let text, let problem): "revision '\(text)': \(problem.words)"
    }
  }

  private static func describe(_ value: ObjectID?) -> String {
    value?.description ?? "absent"
  }
}

extension RevisionProblem {
  /// Why the revision is refused: lower case, no full stop.
  var words: String {
    switch self {
    case .malformed: "not a revision"
    case .tooShort: "a prefix needs at least \(Revision.minimumPrefixLength) digits"
    case .numberTooLarge: "a number above \(Revision.maximumSteps)"
    case .unknown: "no such snapshot"
    case .ambiguous(let candidates): "could be " + candidates.map(\.description).joined(separator: ", ")
    case .noParent(let id): "snapshot \(id) has no parent"
    case .trimmed(let id): "the parents of snapshot \(id) are no longer kept"
    case .reflogTooShort(let available): "the reflog has only \(available) entries"
    }
  }
}
