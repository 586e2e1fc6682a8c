package import Disk
package import ObjectStore
package import SystemPackage

/// An error of this module.
package enum RefError: Error, Equatable, Sendable {
  // MARK: Names and values

  /// The text is not a valid name of a registry or of a ref.
  case malformedName(String)
  /// There is no such ref.
  case absent(RefName)
  /// A ref's file has another content than 64 lower-case hex digits and a newline.
  case malformedRef(FilePath)
  /// A file in the folder of refs that is neither a ref nor a temporary file.
  case unexpectedFile(FilePath)

  // MARK: Changing refs

  /// A ref did not have the value that the update expected; nothing was changed.
  case unexpectedValue(RefName, expected: Expected, found: ObjectID?)
  /// One transaction names the same ref twice.
  case duplicateUpdate(RefName)
  /// The lock held is that of another registry.
  case wrongLock(RefName, held: RefComponent)
  /// The new value is 64 zeros, which mean an absent ref.
  case zeroID(RefName)
  /// A commit failed part-way: the refs in `moved` have their new values, `ref` has the old or the new one, and the
  /// refs after it are unchanged.
  case commitFailed(ref: RefName, moved: [RefName], cause: DiskError)

  // MARK: Reflogs and pending records

  /// A reflog message that is empty or has a line break or a control character.
  case malformedMessage(String)
  /// A program version with characters that are not allowed in a reflog line.
  case malformedAgent(String)
  /// A moment before 1970, in seconds.
  case malformedTime(Int64)
  /// A line of a reflog, counted from 1, that mmdos would not have written.
  case malformedReflog(FilePath, line: Int)
  /// A pending record that mmdos would not have written.
  case malformedPendingRecord(FilePath)

  // MARK: Locks and disk

  /// Another process held the lock until the time-out.
  case busy(FilePath, waited: Duration)
  /// Other processes changed a ref during each attempt to read it together with its reflog.
  case unstable(RefName, attempts: Int)
  /// A system call failed.
  case disk(DiskError)

  // MARK: Revisions

  /// A revision, as typed, that names no snapshot or more than one.
  case revision(String, RevisionProblem)

  init(_ failure: FileLock.Failure) {
    switch failure {
    case .busy(let path, let waited): self = .busy(path, waited: waited)
    case .disk(let cause): self = .disk(cause)
    }
  }

  /// Whether the same call may succeed later, because nothing on the disk is wrong.
  package var isRetryable: Bool {
    switch self {
    case .busy, .unstable: true
    default: false
    }
  }
}

/// Why a revision names no snapshot, or more than one.
package enum RevisionProblem: Error, Equatable, Sendable {
  /// The text has none of the forms of DESIGN section 7.
  case malformed
  /// An id prefix with fewer digits than `Revision.minimumPrefixLength`.
  case tooShort
  /// A number above `Revision.maximumSteps`.
  case numberTooLarge
  /// No snapshot of the registry matches.
  case unknown
  /// Several snapshots match; they are in the order of their ids.
  case ambiguous([ObjectID])
  /// This snapshot is the first one: it has no parent.
  case noParent(of: ObjectID)
  /// The parents of this snapshot were removed (`info/shallow`).
  case trimmed(after: ObjectID)
  /// `@{N}` is beyond the end of the reflog; the numbers below `available` exist.
  case reflogTooShort(available: Int)
}
