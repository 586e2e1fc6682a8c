import Disk
import Formats
import ObjectStore
import RegistryModel

/// Writes a manifest and what belongs to it.
///
/// Whenever it is killed, the folder has the old or the new manifest, and the list names only packs that are there: what
/// leads to the new release is written before its manifest, and what only led to the old one is removed after it.
struct Publication {
  /// What is in the folder before.
  struct Before {
    let old: Publisher.OldManifest?
    let releases: [OfferFolder.Release]
    let list: PackList
  }

  /// What was written.
  struct Outcome {
    let manifest: Manifest
    let id: ObjectID
    /// The size of the manifest, in bytes.
    let size: Int
    /// How many releases clients can ask for, the new one included.
    let releaseCount: Int
    let list: PackList
    let warnings: [PublishWarning]
  }

  let offers: OfferFolder
  let content: RegistryFolder
  let before: Before
  /// How many releases stay; nil for all.
  let keptReleases: Int?
  let offersPacks: Bool
  let limits: Limits

  /// - Throws: `PublishProblems`, `DiskError`.
  func write(_ manifest: Manifest, _ bytes: [UInt8]) throws -> Outcome {
    let id = ObjectID(hashing: bytes)
    // A manifest of an earlier version of the program was not kept when it was written.
    if let old = before.old { try offers.addRelease(old.bytes) }
    let (kept, dropped) = releases(with: id)
    let packs = offersPacks ? try makePacks(manifest, id, kept) : (list: PackList(), warnings: [])
    if offersPacks {
      let known = Set(packs.list.steps.map(StepName.init))
      let leaving = before.list.steps.filter { !known.contains(StepName($0)) }
      try offers.write(PackList(Array((packs.list.steps + leaving).prefix(PackList.maxSteps))))
    }
    try AtomicFile(disk: offers.disk).replace(ProjectLayout.manifest, in: offers.folder, with: bytes)
    // Only now, so that no release stays that never was one.
    try offers.addRelease(bytes)
    if offersPacks { try offers.write(packs.list) } else { try offers.removeList() }
    try offers.removePacks(notIn: packs.list)
    try offers.removeReleases(dropped)
    return Outcome(
      manifest: manifest,
      id: id,
      size: bytes.count,
      releaseCount: kept.count + 1,
      list: packs.list,
      warnings: packs.warnings
    )
  }

  /// What two steps have in common that are about the same.
  private struct StepName: Hashable {
    let to: ObjectID
    let from: ObjectID?

    init(_ step: PackList.Step) { (to, from) = (step.to, step.from) }
  }

  /// The older releases that stay, the newest first, and those that go.
  private func releases(with id: ObjectID) -> (kept: [OfferFolder.Release], dropped: [OfferFolder.Release]) {
    var all = before.releases
    if let old = before.old {
      let release = OfferFolder.Release(old.manifest, id: ObjectID(hashing: old.bytes))
      if !all.contains(where: { $0.id == release.id }) { all.append(release) }
    }
    let older = all.filter { $0.id != id }.sorted(by: OfferFolder.isNewer)
    let count = min(older.count, max(keptReleases ?? .max, 1) - 1)
    return (Array(older.prefix(count)), Array(older.dropFirst(count)))
  }

  private func makePacks(
    _ manifest: Manifest,
    _ id: ObjectID,
    _ kept: [OfferFolder.Release]
  ) throws -> (list: PackList, warnings: [PublishWarning]) {
    let making = try PackMaking(offers, content, manifest, id: id, limits: limits)
    var steps = [try making.makeFull()]
    var warnings: [PublishWarning] = []
    for release in kept.prefix(PackMaking.deltaReleases) {
      guard let older = try offers.findManifest(release.id) else { continue }
      if let step = try making.makeDelta(from: older, id: release.id) { steps.append(step) }
    }
    let oldID = before.old.map { ObjectID(hashing: $0.bytes) }
    if let old = before.old, let oldID, kept.contains(where: { $0.id == oldID }) {
      if let step = try making.makeBack(to: old.manifest, id: oldID, before.list) {
        steps.append(step)
      } else {
        warnings.append(.releaseIncomplete(version: old.manifest.version.description))
      }
    }
    // The ways from each release to the one before it stay as they are.
    let staying = Set(kept.map(\.id))
    for step in before.list.steps where step.to != oldID && staying.contains(step.to) {
      guard let from = step.from, staying.contains(from) else { continue }
      if let pack = step.pack, try !offers.hasPack(pack) { continue }
      steps.append(step)
    }
    try making.synchronize()
    return (PackList(Array(steps.prefix(PackList.maxSteps))), warnings)
  }
}
