import Disk
import Formats
import ObjectStore
import RegistryModel

/// Judges manifests that were taken before, by today's keys and policy (DESIGN section 8, "When judged").
enum HeldManifest {
  /// What the decision about a held snapshot depends on.
  ///
  /// `entry`: The lock entry, where it is not about this snapshot.
  ///
  /// - Throws: `ObjectStoreError` when its manifest is damaged; `ReadingError.invalidManifest`.
  static func question(
    _ snapshot: Snapshot,
    of source: Source,
    policy: Policy,
    trust: TrustMaterial,
    in store: ObjectStore,
    after entry: LockEntry? = nil
  ) throws -> TrustQuestion {
    let bytes = try store.read(snapshot.manifest, size: nil, limit: Tree.maximumPayloadBytes)
    let manifest: Manifest
    do { manifest = try Manifest.parse(bytes, rules: .held) } catch {
      throw ReadingError.invalidManifest(source: snapshot.source, error)
    }
    return TrustQuestion(
      manifest,
      id: snapshot.manifest,
      from: source,
      policy: policy,
      trustStore: trust.store,
      projectKey: trust.projectKey,
      memory: .ofHeld(snapshot, after: entry),
      now: Timestamp.now()
    )
  }

  /// Judges a held snapshot: its signatures, and that it was made of its manifest.
  ///
  /// `isVouchedFor`: Whether the lockfile names its tree; then that is not walked.
  ///
  /// - Throws: `ReadingError.untrusted`; as `question`, and `ObjectStoreError` when a tree is damaged.
  static func judge(
    _ snapshot: Snapshot,
    of source: Source,
    policy: Policy,
    trust: TrustMaterial,
    in store: ObjectStore,
    after entry: LockEntry? = nil,
    isVouchedFor: Bool = false
  ) throws -> TrustVerdict {
    let question = try question(snapshot, of: source, policy: policy, trust: trust, in: store, after: entry)
    let verdict: TrustVerdict
    do { verdict = try TrustVerdict.judgeHeld(question) } catch {
      throw ReadingError.untrusted(source.name, error)
    }
    if isVouchedFor { return verdict }
    if let difference = try findDifference(snapshot, question.manifest, in: store) {
      throw ReadingError.untrusted(source.name, .notAsPublished(difference))
    }
    return verdict
  }

  /// What of a snapshot is not as its manifest says; nil for a snapshot as a sync writes it.
  ///
  /// The signatures are the manifest's, so a snapshot has them only as far as it is that manifest's. Ids prove
  /// objects, and nothing proves a ref: whoever can write into the cache can point it at other trees.
  ///
  /// - Returns: A word of the snapshot, or the path of a file.
  /// - Throws: `ObjectStoreError` when a tree is damaged.
  static func findDifference(
    _ snapshot: Snapshot,
    _ manifest: Manifest,
    in store: ObjectStore
  ) throws -> String? {
    if snapshot.version != manifest.version.description { return "version" }
    if snapshot.generatedAt != manifest.generatedAtText { return "generated-at" }
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
