import Disk
import Fetch
import ObjectStore
import RegistryModel

/// What was had from packs instead of file by file.
package struct PackUse: Sendable {
  /// How many packs were downloaded.
  package var count = 0
  /// Their bytes, as far as they came.
  package var bytes: Int64 = 0
  /// Why packs that were looked for were not used, or not to their end; a sync is whole without them.
  package var problem: (any Error)?
}

/// Gets many files at once from the packs that a publisher may offer (DESIGN section 10).
///
/// Whatever list and packs say, the files are those that the manifest names, proven and judged like single files; what is
/// missing afterwards is asked for by itself.
struct PackFetch: Sendable {
  let registry: OpenRegistry
  let reader: RetryingReader
  let download: Download

  private var limits: Limits { registry.policy.limits }

  /// Gets as many of the files as packs bring at a lower cost.
  ///
  /// - Returns: The sizes of the files that came, in bytes.
  /// - Throws: `CancellationError`; an error of this machine's disk; `SyncError.tooLarge` where all files together are.
  func fetch(
    _ files: [WantedFile],
    of offer: ManifestOffer
  ) async throws -> (sizes: [ObjectID: Int64], use: PackUse) {
    var result: (sizes: [ObjectID: Int64], use: PackUse) = ([:], PackUse())
    guard isWorthAsking(for: files.count, of: offer) else { return result }
    do {
      let list = try await readList()
      guard let route = try findRoute(to: offer, for: files.count, in: list) else { return result }
      var wanted = Dictionary(files.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
      var bounds = bounds
      for pack in route.packs where !wanted.isEmpty {
        try await reader.inTurn(.offered(.pack(pack.id)), isOnce: true) { place in
          try await fetch(pack, from: place, &wanted, &bounds, &result)
        }
      }
    } catch let error where !Self.isFinal(error) {
      result.use.problem = error
    }
    return result
  }

  /// A registry that may be old is asked about in any case: single files of it may be gone.
  private func isWorthAsking(for count: Int, of offer: ManifestOffer) -> Bool {
    if count == 0 { return false }
    return offer.mayBeOld || reader.reader.isRemote && count >= PackRoute.minFiles
  }

  private func readList() async throws -> PackList {
    // Asked once only: a sync does not wait for what it can do without.
    try await reader.inTurn(.offered(.packList), isOnce: true) { place in
      var receiver = BytesReceiver()
      _ = try await place.reader.read(
        .offered(.packList),
        options: ReadOptions(maxBytes: Int64(PackList.maxBytes))
      ) { receiver.receive($0) }
      return try PackList.parse(receiver.bytes)
    }
  }

  /// The packs to fetch; nil where single files cost less.
  private func findRoute(to offer: ManifestOffer, for count: Int, in list: PackList) throws -> PackRoute? {
    let route = try PackRoute.find(to: offer.id, in: list, maxBytes: limits.maxSnapshotBytes) {
      try registry.store.findAttributes($0) != nil
    }
    guard let route, !route.packs.isEmpty else { return nil }
    return offer.mayBeOld || route.cost < PackRoute.cost(ofFiles: count, in: list) ? route : nil
  }

  /// What all packs of a sync may unpack to, wanted or not: as much as this release and one that they lead through.
  private var bounds: PackScan.Limits {
    var bounds = PackScan.Limits(
      objectBytes: max(limits.maxFileBytes, limits.maxManifestBytes),
      totalBytes: limits.maxSnapshotBytes.addingClamped(limits.maxSnapshotBytes)
    )
    bounds.objectCount = Int(Int64(limits.maxManifestEntries).addingClamped(Int64(limits.maxManifestEntries)))
    return bounds
  }

  /// Takes what one place's pack brings, also where that ends too early.
  ///
  /// - Throws: Why it did.
  private func fetch(
    _ pack: PackList.Pack,
    from place: PlaceReader,
    _ wanted: inout [ObjectID: WantedFile],
    _ bounds: inout PackScan.Limits,
    _ result: inout (sizes: [ObjectID: Int64], use: PackUse)
  ) async throws {
    var receiver = PackReceiver(wanted, download, within: bounds)
    var (count, failure): (Int64, (any Error)?) = (0, nil)
    do {
      _ = try await place.reader.read(
        .offered(.pack(pack.id)),
        options: ReadOptions(maxBytes: pack.bytes)
      ) { bytes in
        count += Int64(bytes.byteCount)
        try receiver.receive(bytes)
      }
    } catch {
      failure = error
    }
    if let failure, Self.isFinal(failure) {
      // What arrived before is still worked on; its own failure would say less.
      _ = try? receiver.finish()
      throw failure
    }
    let received = try receiver.finish()
    for id in received.sizes.keys { wanted[id] = nil }
    // What is not wanted costs as much as what is.
    bounds.totalBytes -= min(bounds.totalBytes, received.totalBytes)
    bounds.objectCount -= min(bounds.objectCount, received.objectCount)
    result.sizes.merge(received.sizes) { _, new in new }
    if count > 0 { result.use.count += 1 }
    result.use.bytes += count
    if let failure = failure ?? received.problem { throw failure }
  }

  /// Whether the sync cannot go on, with or without packs.
  private static func isFinal(_ error: any Error) -> Bool {
    switch error {
    case is CancellationError, is DiskError, is ObjectStoreError, SyncError.tooLarge: true
    default: false
    }
  }
}
