import Disk
import ObjectStore
import RegistryModel

/// What a sync asks of files beside their signatures, asked of a snapshot that lies here: limits, kinds of content, and
/// the content audit.
///
/// A snapshot for which this machine does not vouch may never have passed a sync: a signature proves who published it,
/// and anybody may have put it here.
struct HeldSnapshotCheck {
  let registry: OpenRegistry

  private var policy: Policy { registry.policy }
  private var store: ObjectStore { registry.store }

  /// Requires of a snapshot what a sync requires, unless one did on this machine.
  ///
  /// - Throws: `SyncError`, `ReadingError.invalidManifest`; `ObjectStoreError` when something of it is damaged.
  func check(_ snapshot: Snapshot, unlessVouched belief: Belief) throws {
    if case .vouched = belief { return }
    let manifest = try readManifest(of: snapshot)
    let content = try ViewContent(ofAll: snapshot, in: store)
    try content.check(policy.limits, source: snapshot.source)
    let wanted = Dictionary(
      WantedFile.list(of: manifest, policy.limits).map { ($0.id, $0) },
      uniquingKeysWith: { first, _ in first }
    )
    for file in content.files {
      if let wanted = wanted[file.id] { try check(file, wanted) }
    }
    guard policy.audit != .off else { return }
    let report = try HeldAudit(store: store, policy: policy).run(content.files)
    if let refusal = SyncAudit(policy: policy).refusal(of: report, snapshot.manifest) {
      throw SyncError.audit(registry.name, refusal)
    }
  }

  private func readManifest(of snapshot: Snapshot) throws -> Manifest {
    let bytes = try store.read(snapshot.manifest, size: nil, limit: Tree.maximumPayloadBytes)
    let limit = policy.limits.maxManifestBytes
    guard bytes.count <= limit else {
      throw SyncError.manifestTooLarge(source: snapshot.source, limit: limit)
    }
    do { return try Manifest.parse(bytes, rules: ManifestRules(policy)) } catch {
      throw ReadingError.invalidManifest(source: snapshot.source, error)
    }
  }

  private func check(_ file: TreeFile, _ wanted: WantedFile) throws {
    guard file.size <= wanted.maxBytes else {
      throw SyncError.tooLarge(path: wanted.path, limit: wanted.maxBytes)
    }
    var detector = ContentDetector()
    try store.stream(file.id, size: file.size) { () throws(DiskError) in
      detector = ContentDetector()
    } into: { (piece) throws(DiskError) in
      try Cancellation.check()
      detector.append(piece)
    }
    if case .native(let kind) = detector.finish() {
      throw SyncError.refusedContent(path: wanted.path, kind)
    }
  }
}
