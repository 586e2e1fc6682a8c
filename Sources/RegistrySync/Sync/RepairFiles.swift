import Disk
import Fetch
import ObjectStore
import RegistryModel

/// Brings back the objects of one snapshot after another, asking alternates and publisher for what is lost.
struct RepairFiles: Sendable {
  /// What was done for one snapshot.
  struct Result {
    var fetchedBytes: Int64 = 0
    /// Why objects stay lost, by id.
    var causes: [ObjectID: any Error] = [:]
  }

  private let registry: OpenRegistry
  private let observer: SyncObserver
  /// Who can be asked, or why nobody can.
  private let reader: Swift.Result<RetryingReader, PolicyRefusal>

  /// Connects to the publisher where the policy allows it; without, what is held is used alone.
  ///
  /// - Throws: `SyncError.invalidURL`, `SyncError.localSource`.
  init(
    of registry: OpenRegistry,
    _ connector: SourceConnector,
    _ observer: @escaping SyncObserver
  ) throws {
    self.registry = registry
    let policy = registry.policy
    self.observer = observer
    do {
      reader = .success(
        RetryingReader(
          reader: try connector.connect(to: registry.source, policy: policy),
          policy: RetryPolicy(maxAttempts: policy.limits.maxAttempts),
          budget: RetryBudget(policy.limits.retryBudget)
        )
      )
    } catch let refusal as PolicyRefusal {
      reader = .failure(refusal)
    }
  }

  /// What the registry's own address and its mirrors did; empty where nobody could be asked.
  var uses: [PlaceUse] {
    if case .success(let reader) = reader { reader.uses } else { [] }
  }

  /// Gives back connections and threads.
  func shutdown() async {
    if case .success(let reader) = reader { await reader.reader.shutdown() }
  }

  /// Brings back manifest, files and trees of a snapshot, as far as they can be had.
  ///
  /// - Throws: An error for a failing disk; `CancellationError`.
  func restore(_ snapshot: Snapshot) async throws -> Result {
    var result = Result()
    try await withBatch { try await fill($0, snapshot, &result) }
    return result
  }

  /// Brings back a manifest, if it can be had.
  ///
  /// - Throws: As `restore`.
  func restoreManifest(_ id: ObjectID) async throws {
    var result = Result()
    try await withBatch { _ = try await findManifest(id, $0, &result) }
  }

  private func withBatch(_ body: (ObjectBatch) async throws -> Void) async throws {
    let batch = try ObjectBatch(store: registry.store)
    do {
      try await body(batch)
    } catch {
      // What came is proven; the failure that matters is the one at hand.
      try? batch.commit()
      throw error
    }
    try batch.commit()
  }

  private func fill(_ batch: ObjectBatch, _ snapshot: Snapshot, _ result: inout Result) async throws {
    guard let bytes = try await findManifest(snapshot.manifest, batch, &result) else { return }
    // A manifest that an earlier version let in and this one cannot read leads to nothing.
    guard let manifest = try? Manifest.parse(bytes, rules: .held) else { return }
    let sizes = try await fetchFiles(manifest, batch, &result)
    // A tree states the size of each file: as long as one is lost, so may be trees.
    guard manifest.entries.allSatisfy({ sizes[$0.id] != nil }) else { return }
    let files = try TreeFile.list(
      of: manifest,
      id: snapshot.manifest,
      byteCount: bytes.count,
      sizes: sizes
    )
    _ = try batch.addTrees(of: files)
  }

  /// A manifest's bytes; nil, with its cause in the result, where it cannot be had.
  private func findManifest(
    _ id: ObjectID,
    _ batch: ObjectBatch,
    _ result: inout Result
  ) async throws -> [UInt8]? {
    let limit = registry.policy.limits.maxManifestBytes
    // Damaged is as good as lost here.
    if let bytes = try? registry.store.read(id, size: nil, limit: limit) { return bytes }
    do {
      let isBorrowed = try batch.borrow(id, limit: limit) != nil
      if !isBorrowed { try await download(id, limit, to: batch) }
      return try batch.read(id, limit: limit)
    } catch let error where !Self.isOfThisMachine(error) {
      result.causes[id] = error
      return nil
    }
  }

  private func download(_ id: ObjectID, _ limit: Int64, to batch: ObjectBatch) async throws {
    observer(.manifest)
    try await reader.get().inTurn(.manifest) { place in
      var bytes = try await place.read(.manifest, options: ReadOptions(maxBytes: limit)) { BytesReceiver() }
        .receiver.bytes
      if ObjectID(hashing: bytes) != id, let release = try await place.findRelease(id, limit: limit) {
        bytes = release
      }
      _ = try batch.add(bytes, expecting: id)
    }
  }

  /// The sizes of the files that are held or came.
  private func fetchFiles(
    _ manifest: Manifest,
    _ batch: ObjectBatch,
    _ result: inout Result
  ) async throws -> [ObjectID: Int64] {
    let shapes = ContentShapes()
    let plan = try SyncPlan.make(
      WantedFile.list(of: manifest, registry.policy.limits),
      known: [:],
      provenUntil: nil,
      shapes: shapes,
      batch: batch,
      store: registry.store
    )
    guard !plan.missing.isEmpty else { return plan.sizes }
    guard case .success(let reader) = reader else {
      if case .failure(let error) = reader { for file in plan.missing { result.causes[file.id] = error } }
      return plan.sizes
    }
    let limits = registry.policy.limits
    let meter = SizeMeter(limit: limits.maxSnapshotBytes, held: plan.sizes.values.clampedSum())
    let outcome = try await Download(
      reader: reader,
      batch: batch,
      meter: meter,
      concurrency: limits.maxConcurrentTransfers,
      observer: observer,
      shapes: shapes
    ).fetchAvailable(plan.missing)
    for (file, error) in outcome.failures { result.causes[file.id] = error }
    result.fetchedBytes = outcome.sizes.values.clampedSum()
    return plan.sizes.merging(outcome.sizes) { held, _ in held }
  }

  /// Whether this machine's disk failed, or the work was ended, rather than what was asked for being bad.
  private static func isOfThisMachine(_ error: any Error) -> Bool {
    switch error {
    case is CancellationError, is DiskError, ObjectStoreError.disk: true
    default: false
    }
  }
}
