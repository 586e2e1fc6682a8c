import ObjectStore
import RegistryModel

/// Files above the limit of a policy that are not unpacked, because nothing shows that they are as large as a tree says:
/// anybody may have written the tree.
struct OversizedFiles {
  /// The size in bytes up to which every file is unpacked.
  let limit: Int64

  init(by policy: Policy) {
    limit = max(policy.limits.maxFileBytes, policy.limits.maxManifestBytes)
  }

  /// The files above the limit that no snapshot leads to that is believed.
  ///
  /// `believed`: The snapshots that are, with the reason; asked only where there are such files. They were synced when the
  /// limit was another one.
  func find(
    in marks: Reachability,
    _ store: ObjectStore,
    believed: () throws -> [(root: ObjectID, belief: Belief)]
  ) throws -> Set<ObjectID> {
    let large = marks.uses.filter { _, use in if case .blob(let size) = use { size > limit } else { false } }
    if large.isEmpty { return [] }
    let believed = try believed()
    // Only for what this machine wrote itself is that known of its parents.
    let shallow = try store.shallowSnapshots().union(believed.filter { !$0.belief.isHistoryOwn }.map(\.root))
    let known = try Reachability.mark(snapshots: believed.map(\.root), shallow: shallow, in: store).uses
    return Set(large.filter { known[$0.key] != $0.value }.keys)
  }
}
