package import ObjectStore

/// The history of one registry, as far as resolving a revision needs it.
package protocol RevisionContext {
  /// The error thrown when reading the history fails.
  associatedtype Failure: Error

  /// The snapshot in use, if any.
  var current: ObjectID? { get }

  /// The newest synced snapshot, if any.
  var latest: ObjectID? { get }

  /// The newest entries of the reflog of the snapshot in use, newest first; fewer only where there are no more.
  func reflog(_ count: Int) throws(Failure) -> [ReflogEntry]

  /// The parent of a snapshot.
  func parent(of id: ObjectID) throws(Failure) -> SnapshotParent

  /// All snapshots reachable in the registry, in any order, duplicates allowed.
  func snapshots() throws(Failure) -> [ObjectID]

  /// The newest snapshot with this manifest version.
  func findSnapshot(withVersion version: String) throws(Failure) -> ObjectID?
}

/// The parent of a snapshot.
package enum SnapshotParent: Equatable, Sendable {
  /// It has this parent.
  case snapshot(ObjectID)
  /// It has none, because it is the first.
  case none
  /// Its parents were removed (`objects/info/shallow`).
  case trimmed
}

/// Why a revision was not resolved.
package enum RevisionFailure<Cause: Error>: Error {
  /// The revision names no snapshot or more than one; always `RefError.revision`.
  case revision(RefError)
  /// The history could not be read.
  case history(Cause)
}

extension Revision {
  /// The snapshot that the revision names.
  ///
  /// - Parameter context: The registry whose snapshots are searched.
  /// - Returns: A snapshot that the context returned.
  /// - Throws: `RevisionFailure`.
  package func resolve<Context: RevisionContext>(
    in context: Context
  ) throws(RevisionFailure<Context.Failure>) -> ObjectID {
    var id = try resolveBase(in: context)
    for _ in 0..<steps {
      let parent: SnapshotParent
      do { parent = try context.parent(of: id) } catch { throw .history(error) }
      switch parent {
      case .snapshot(let older): id = older
      case .none: throw failure(.noParent(of: id))
      case .trimmed: throw failure(.trimmed(after: id))
      }
    }
    return id
  }

  private func resolveBase<Context: RevisionContext>(
    in context: Context
  ) throws(RevisionFailure<Context.Failure>) -> ObjectID {
    let found: ObjectID?
    switch base {
    case .latest: found = context.latest
    case .current, .reflog(0): found = context.current
    case .reflog(let number):
      let moves = try moves(number + 1, in: context)
      guard number < moves.count else {
        // `@{0}` is the current value, so it does not need a reflog.
        let available = max(moves.count, context.current == nil ? 0 : 1)
        throw failure(.reflogTooShort(available: available))
      }
      found = moves[number].new
    case .version(let version):
      do { found = try context.findSnapshot(withVersion: version) } catch { throw .history(error) }
    case .prefix(let first, let last):
      let all: [ObjectID]
      do { all = try context.snapshots() } catch { throw .history(error) }
      let candidates = Set(all.filter { first <= $0 && $0 <= last })
      guard candidates.count <= 1 else { throw failure(.ambiguous(candidates.sorted())) }
      found = candidates.first
    }
    guard let found else { throw failure(.unknown) }
    return found
  }

  /// The newest entries of the reflog that are moves, at least so many of them as far as there are.
  private func moves<Context: RevisionContext>(
    _ wanted: Int,
    in context: Context
  ) throws(RevisionFailure<Context.Failure>) -> [ReflogEntry] {
    var count = wanted
    while true {
      let lines: [ReflogEntry]
      do { lines = try context.reflog(count) } catch { throw .history(error) }
      let moves = lines.filter(\.isMove)
      if moves.count >= wanted || lines.count < count { return moves }
      // Lines about the pin stand between them.
      count *= 2
    }
  }

  private func failure<Cause>(_ problem: RevisionProblem) -> RevisionFailure<Cause> {
    .revision(.revision(text, problem))
  }
}
