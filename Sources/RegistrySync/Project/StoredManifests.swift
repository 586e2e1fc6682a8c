import ObjectStore
import RegistryModel
import Synchronization

/// Reads manifests from the store, by the widest rules: each was let in before.
///
/// One command asks for the same manifest several times, so the last ones are kept. Safe from several threads.
final class StoredManifests: Sendable {
  /// Those of the newest snapshot and of the one in use; a manifest of many files takes some megabytes.
  private static let maximumCount = 2

  private let store: ObjectStore
  private let last = Mutex<[(id: ObjectID, manifest: Manifest)]>([])

  init(in store: ObjectStore) {
    self.store = store
  }

  /// The manifest with this id.
  ///
  /// - Throws: `ObjectStoreError`; `ManifestProblem` for one that an earlier version let in and this one cannot read.
  func read(_ id: ObjectID) throws -> Manifest {
    if let known = last.withLock({ $0.first { $0.id == id } }) { return known.manifest }
    let bytes = try store.read(id, size: nil, limit: Tree.maximumPayloadBytes)
    let manifest = try Manifest.parse(bytes, rules: .held)
    last.withLock { last in
      last.append((id, manifest))
      if last.count > Self.maximumCount { last.removeFirst() }
    }
    return manifest
  }
}
