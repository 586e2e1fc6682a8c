import RegistrySync
import SystemPackage

extension Failure {
  init(storage error: StorageError) {
    switch error {
    case .cannotCollect(let cause):
      self.init(
        ExitCodes.integrity,
        "cannot-collect",
        "no object was removed, because what is needed cannot be told: \(Failure(cause).message)",
        hint:
          "mmdos registry verify NAME --repair --approved, or a sync, brings it back if the publisher still has it; "
          + "mmdos registry cache clear --approved clears everything"
      )
    }
  }

  init(sharing error: SharingError) {
    switch error {
    case .alternate(let path, let problem):
      self.init(problem.code, problem.word, "\(path.quoted) \(problem.words)", hint: problem.hint)
    case .noSharedStore(_, let unlisted?):
      self.init(
        ExitCodes.absent,
        "no-shared-store",
        SyncWarning.sharedStoreNotListed(unlisted.string).words,
        hint: "list it there, or name it in MMDOS_SHARED_STORE, if you want it used"
      )
    case .noSharedStore(let path, nil):
      self.init(
        ExitCodes.absent,
        "no-shared-store",
        path.map { "there is no shared store at \($0.quoted)" } ?? "no shared store is named",
        hint: path == nil
          ? "MMDOS_SHARED_STORE=DIR, or shared_store in the policy and shared_stores in your own configuration"
          : "the next sync makes it"
      )
    }
  }

  /// The list of snapshots without parents is not one that mmdos writes.
  init(malformedShallow path: FilePath, line: Int) {
    self.init(
      ExitCodes.integrity,
      "malformed-shallow",
      "\(path.quoted): line \(line) is not one that mmdos writes",
      hint: "mmdos registry cache clear --approved clears everything"
    )
  }
}

extension AlternateProblem {
  fileprivate var code: Int32 {
    switch self {
    case .notAStore, .notLinked: ExitCodes.absent
    case .itself, .alreadyLinked, .unwritablePath, .tooMany: ExitCodes.failure
    }
  }

  fileprivate var word: String {
    switch self {
    case .notAStore: "not-a-store"
    case .itself: "own-store"
    case .alreadyLinked: "already-linked"
    case .notLinked: "not-linked"
    case .unwritablePath: "unwritable-path"
    case .tooMany: "too-many-alternates"
    }
  }

  fileprivate var words: String {
    switch self {
    case .notAStore: "is neither a project with a cache, nor a cache, nor a folder of objects"
    case .itself: "is this project's own store"
    case .alreadyLinked: "is linked already"
    case .notLinked: "is not linked"
    case .unwritablePath: "cannot be linked: its path has a line break or is not UTF-8"
    case .tooMany(let limit): "cannot be linked: \(limit) stores are linked, which is the most there may be"
    }
  }

  fileprivate var hint: String? {
    switch self {
    case .notAStore: "sync something there first, or check the path"
    case .notLinked: "mmdos registry cache stats lists what is linked"
    case .tooMany: "mmdos registry cache unlink DIR takes one off the list"
    case .itself, .alreadyLinked, .unwritablePath: nil
    }
  }
}
