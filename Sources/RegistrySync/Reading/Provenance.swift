import Formats
import ObjectStore
import RegistryModel

/// Whether a lock entry is about a snapshot.
enum Provenance {
  /// Whether the entry names every file of the snapshot; entries of the Node tool name only the manifest.
  ///
  /// - Throws: As `disagreements`.
  static func vouches(_ entry: LockEntry?, for snapshot: Snapshot, of registry: OpenRegistry) throws -> Bool {
    guard let entry, entry.tree != nil else { return false }
    return try disagreements(entry, snapshot, of: registry).isEmpty
  }

  /// All fields in which the entry disagrees with the snapshot and its manifest; none when it is about them.
  ///
  /// Where the manifest is damaged, only what the snapshot itself says is compared: the damage is reported by
  /// whoever reads the manifest.
  ///
  /// - Throws: `ObjectStoreError` when the store itself cannot be read.
  static func disagreements(
    _ entry: LockEntry,
    _ snapshot: Snapshot,
    of registry: OpenRegistry
  ) throws -> [LockDisagreement] {
    guard let manifest = try findManifest(snapshot, in: registry.cache) else {
      return withoutManifest(entry, snapshot, registry.url)
    }
    return entry.disagreements(
      with: LockedContent(
        url: registry.url,
        manifestID: snapshot.manifest,
        manifest: manifest,
        tree: snapshot.tree
      )
    )
  }

  private static func findManifest(_ snapshot: Snapshot, in cache: Cache) throws -> Manifest? {
    do {
      return try cache.manifests.read(snapshot.manifest)
    } catch let error as ObjectStoreError where !error.isOfOneCopy {
      throw error
    } catch {
      // Damaged, or none that this version can read.
      return nil
    }
  }

  private static func withoutManifest(
    _ entry: LockEntry,
    _ snapshot: Snapshot,
    _ url: String
  ) -> [LockDisagreement] {
    let pairs: [(field: String, locked: String?, stated: String)] = [
      ("url", entry.url, url), ("manifest_sha256", entry.manifest.description, snapshot.manifest.description),
      ("tree", entry.tree?.description, snapshot.tree.description),
      ("version", entry.version?.description, snapshot.version),
    ]
    return pairs.compactMap { field, locked, stated in
      guard let locked, !locked.utf8.elementsEqual(stated.utf8) else { return nil }
      return LockDisagreement(field: field, locked: locked, expected: .value(stated))
    }
  }
}
