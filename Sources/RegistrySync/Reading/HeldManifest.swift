import Disk
import Formats
import ObjectStore
import RegistryModel

/// Judges manifests that were accepted before by the current keys and policy (DESIGN section 8, "When judged").
enum HeldManifest {
  /// The inputs of the decision about a stored snapshot.
  ///
  /// `entry`: The lock entry, if it is about another snapshot.
  ///
  /// - Throws: `ObjectStoreError` when its manifest is damaged; `ReadingError.invalidManifest`.
  static func question(
    _ snapshot: Snapshot,
    of registry: OpenRegistry,
    trust: TrustMaterial,
    after entry: LockEntry? = nil
  ) throws -> TrustQuestion {
    TrustQuestion(
      try read(snapshot, in: registry.cache),
      id: snapshot.manifest,
      from: registry.source,
      policy: registry.policy,
      trustStore: trust.store,
      projectKey: trust.projectKey,
      memory: .ofHeld(snapshot, after: entry),
      now: registry.now
    )
  }

  /// Reads a stored snapshot's manifest.
  ///
  /// - Throws: `ObjectStoreError` when it is damaged; `ReadingError.invalidManifest`.
  static func read(_ snapshot: Snapshot, in cache: Cache) throws -> Manifest {
    do { return try cache.manifests.read(snapshot.manifest) } catch let problem as ManifestProblem {
      throw ReadingError.invalidManifest(source: snapshot.source, problem)
    }
  }

  /// Judges a stored snapshot: its signatures, and that it matches its manifest.
  ///
  /// `isVouchedFor`: Whether the lockfile names its tree, which is then not compared with the manifest.
  ///
  /// - Throws: `ReadingError.untrusted`; as `question`, and `ObjectStoreError` when a tree is damaged.
  static func judge(
    _ snapshot: Snapshot,
    of registry: OpenRegistry,
    trust: TrustMaterial,
    after entry: LockEntry? = nil,
    isVouchedFor: Bool = false
  ) throws -> TrustVerdict {
    let question = try question(snapshot, of: registry, trust: trust, after: entry)
    let verdict: TrustVerdict
    do { verdict = try TrustVerdict.judgeHeld(question) } catch {
      throw ReadingError.untrusted(registry.name, error)
    }
    if isVouchedFor { return verdict }
    if let difference = try findDifference(snapshot, question.manifest, in: registry.store) {
      throw ReadingError.untrusted(registry.name, .notAsPublished(difference))
    }
    return verdict
  }

  /// The first difference between a snapshot and its manifest; nil for a snapshot written by a sync.
  ///
  /// The signatures cover the manifest, so they prove a snapshot only if it matches that manifest. Ids verify objects
  /// but not refs: with write access to the cache a ref can be pointed at other trees.
  ///
  /// - Returns: The name of a field of the snapshot, or the path of a file.
  /// - Throws: `ObjectStoreError` when a tree is damaged.
  static func findDifference(
    _ snapshot: Snapshot,
    _ manifest: Manifest,
    in store: ObjectStore
  ) throws -> String? {
    if snapshot.version != manifest.version.description { return "version" }
    if snapshot.generatedAt != manifest.generatedAtText { return "generated-at" }
    if !snapshot.publisher.utf8.elementsEqual(manifest.publisher.utf8) { return "publisher" }
    var stated = [ProjectLayout.manifest.string: snapshot.manifest]
    for entry in manifest.entries { stated[entry.path.description] = entry.id }
    let files = try TreeWalk.files(of: snapshot.tree, in: store)
    for file in files {
      let path = file.path.description
      guard stated.removeValue(forKey: path) == file.id else { return path }
    }
    return stated.keys.min()
  }
}
