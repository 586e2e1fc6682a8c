import Synchronization

/// The trees that were read and proven, or made, so that one command that walks and compares snapshots reads each of them
/// once.
///
/// Safe from several threads.
final class TreeCache: Sendable {
  /// The most entries that all trees together have, some twenty megabytes; what comes then is not kept.
  private static let maximumEntries = 1 << 17

  private struct State {
    var trees: [ObjectID: Tree] = [:]
    var entryCount = 0
  }

  private let state = Mutex(State())

  func find(_ id: ObjectID) -> Tree? { state.withLock { $0.trees[id] } }

  func keep(_ tree: Tree, _ id: ObjectID) {
    state.withLock { state in
      guard state.entryCount + tree.entries.count <= Self.maximumEntries else { return }
      if state.trees.updateValue(tree, forKey: id) == nil { state.entryCount += tree.entries.count }
    }
  }
}
