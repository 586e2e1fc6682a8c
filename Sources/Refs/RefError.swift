package import Disk
package import ObjectStore
package import SystemPackage

/// Everything that goes wrong in this module.
package enum RefError: Error, Equatable, Sendable {
  // MARK: Names and values

  /// Not the name of a registry, or of a ref.
  case malformedName(String)
  /// There is no such ref.
  case absent(RefName)
  /// A ref's file is something else than 64 lower-case hex digits and a newline.
  case malformedRef(FilePath)
  /// Something in the folder of refs that is neither a ref nor an unfinished file.
  case unexpectedFile(FilePath)

  // MARK: Changing refs

  /// A ref was not what the update expected; nothing was changed.
  case unexpectedValue(RefName, expected: Expected, found: ObjectID?)
  /// One transaction names the same ref twice.
  case duplicateUpdate(RefName)
  /// The lock held is another registry's.
  case wrongLock(RefName, held: RefComponent)
  /// The new value is 64 zeros, which stand for an absent ref.
  case zeroID(RefName)
  /// A commit broke off: the refs in `moved` have their new values, `ref` has the old or the new one, and
  /// those after it are as they were.
  case commitFailed(ref: RefName, moved: [RefName], cause: DiskError)

  // MARK: Reflogs and pending records

  /// A reflog message with a line break or a control character, or without any character.
  case malformedMessage(String)
  /// A program version that does not fit into a reflog line.
  case malformedAgent(String)
  /// A moment before 1970, in seconds.
  case malformedTime(Int64)
  /// A line of a reflog, counted from 1, that mmdos would not have written.
  case malformedReflog(FilePath, line: Int)
  /// A pending record that mmdos would not have written.
  case malformedPendingRecord(FilePath)

  // MARK: Locks and disk

  /// Another process held the lock for all of the time allowed.
  case busy(FilePath, waited: Duration)
  /// Other processes changed a ref at each of so many attempts to read it together with its reflog.
  case unstable(RefName, attempts: Int)
  /// A system call failed.
  case disk(DiskError)

  // MARK: Revisions

  /// A revision, as it was typed, that names no snapshot or more than one.
  case revision(String, RevisionProblem)

  init(_ failure: FileLock.Failure) {
    switch failure {
    case .busy(let path, let waited): self = .busy(path, waited: waited)
    case .disk(let cause): self = .disk(cause)
    }
  }

  /// Whether the same call may well succeed later, nothing being wrong with what is on the disk.
  package var isRetryable: Bool {
    switch self {
    case .busy, .unstable: true
    default: false
    }
  }
}

/// Why a revision names no snapshot, or more than one.
package enum RevisionProblem: Error, Equatable, Sendable {
  /// None of the forms of DESIGN section 7.
  case malformed
  /// A prefix with fewer digits than `Revision.minimumPrefixLength`.
  case tooShort
  /// A number above `Revision.maximumSteps`.
  case numberTooLarge
  /// No snapshot of the registry is meant by it.
  case unknown
  /// Several snapshots are, in the order of their ids.
  case ambiguous([ObjectID])
  /// This snapshot is the first one: it has no parent.
  case noParent(of: ObjectID)
  /// The parents of this snapshot are no longer kept.
  case trimmed(after: ObjectID)
  /// `@{N}` goes beyond the reflog, in which the numbers below `available` exist.
  case reflogTooShort(available: Int)
}
