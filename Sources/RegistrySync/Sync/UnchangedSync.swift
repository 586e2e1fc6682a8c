import Disk
import Fetch
import Formats
import ObjectStore
import Refs
import RegistryModel

/// The short way of a sync: one request, and one look at each file, where nothing of what was judged and proven before
/// can be otherwise now.
///
/// It either answers as the long way would, or hands over and has changed nothing. What it relies on was written by this
/// machine at the end of a sync: the answer with the stamp of all that was judged by (`UnchangedStamp`), and the marks
/// of all files (`ViewIndex`). What depends on the clock is judged anew.
struct UnchangedSync {
  enum Result {
    case unchanged(SyncReport)
    /// With what the source answered, if it was asked.
    case handedOver(ManifestAnswer?)
  }

  let sync: SyncTransaction
  /// Whether the operation is a sync and nothing more.
  let isWhole: Bool

  private var registry: OpenRegistry { sync.registry }
  private var cache: Cache { registry.cache }
  private var notary: any Notary { registry.project.notary(for: registry.name) }

  /// What is known before the source is asked.
  private struct Known: Sendable {
    let inUse: ObjectID
    let manifest: ObjectID
    let state: RegistryState
    let answer: UnchangedAnswer
  }

  /// Answers, or hands over.
  ///
  /// - Throws: What the request throws: the long way would not get further; `DiskError`, `CancellationError`.
  func run(knowing writer: RegistryWriter, since start: ContinuousClock.Instant) async throws -> Result {
    guard let known = try find(writer) else { return .handedOver(nil) }
    sync.observer(.manifest)
    async let found = provenIndex(known)
    let answer = try await ask(known)
    guard answer.isHeld, let index = try await found else { return .handedOver(answer) }
    try remember(known, answer, index)
    return .unchanged(report(known, since: start))
  }

  // MARK: What is known

  private func find(_ writer: RegistryWriter) throws -> Known? {
    guard isAskedForNewest, writer.entryNote == nil, !writer.lostPin, let entry = writer.entry,
      !entry.isPinned, entry.url == registry.url, try !hasWorkLeft(), try cache.store.alternates.isEmpty()
    else { return nil }
    let name = try registry.name.refComponent()
    // try?: what is wrong with a log, the whole sync says.
    guard let log = try? cache.refs.reflog(of: .registry(name)), let inUse = log.value,
      try cache.refs.find(.synced(name)) == inUse,
      let state = try RegistryState.find(registry.name, in: cache.folder, vouchedBy: notary),
      state.inUse == inUse, state.synced == inUse, state.url == registry.url,
      state.manifest == entry.manifest, let answer = state.answer,
      // Else somebody put the refs back, or a write was interrupted before the state was written.
      log.leftover == nil, let line = try log.find(0), line.isVouched(by: notary)
    else { return nil }
    let known = Known(inUse: inUse, manifest: entry.manifest, state: state, answer: answer)
    return try isJudgedTheSame(known, writer, entry) ? known : nil
  }

  /// Whether the operation asks for no more than what the publisher has now.
  private var isAskedForNewest: Bool {
    let options = sync.options
    return isWhole && options.verb == SyncOptions().verb && !options.isLocked && !options.isOffline
      && options.overrides.isEmpty && sync.shared == nil
  }

  /// Whether an interrupted command left something that this one has to finish or remove.
  private func hasWorkLeft() throws -> Bool {
    try ProjectFiles(of: registry).removeLeftovers()
    return try PendingRecord.find(registry.name.refComponent(), in: cache.folder) != nil
      || cache.folder.findAttributes(ProjectLayout.newView(registry.name)) != nil
  }

  private func isJudgedTheSame(_ known: Known, _ writer: RegistryWriter, _ entry: LockEntry) throws -> Bool {
    if let expected = sync.options.expectedManifest, !known.manifest.description.hasPrefix(expected) {
      return false
    }
    if case .web = registry.source.location {
      let times = known.answer.times
      guard times.staleness(for: registry.policy, at: registry.now) == nil,
        times.skew(at: registry.now) == nil
      else { return false }
    }
    let trustStore = try registry.project.readTrustStoreID(policy: registry.policy)
    return known.answer.stamp
      == UnchangedStamp.of(registry, entry: entry, key: writer.key, trustStore: trustStore)
  }

  // MARK: What is looked at

  /// The index, if all files are as they were; nil where one is not.
  private func provenIndex(_ known: Known) throws -> ViewIndex? {
    guard
      let index = try ViewIndex.find(
        ProjectLayout.viewIndex(registry.name),
        in: cache.folder,
        vouchedBy: notary
      ),
      index.view == known.answer.view, index.stored?.snapshot == known.inUse,
      // try?: what cannot be opened is no view, and the long way writes one or says why not.
      let view = try? cache.folder.findFolder(ProjectLayout.view(registry.name))
    else { return nil }
    let limits = registry.policy.limits
    let limit = max(limits.maxFileBytes, limits.maxManifestBytes, Tree.maximumPayloadBytes)
    let proven = try ViewIndexCheck(index: index, objectLimit: limit).run(view: view, store: cache.store)
    if let proven, proven.settled != index.settled {
      try proven.write(
        ProjectLayout.viewIndex(registry.name),
        in: cache.folder,
        vouchedBy: notary,
        disk: registry.disk
      )
    }
    return proven
  }

  /// Asks the source for its manifest.
  private func ask(_ known: Known) async throws -> ManifestAnswer {
    try await sync.reader.inTurn(.manifest) { place in
      var options = ReadOptions(maxBytes: registry.policy.limits.maxManifestBytes)
      if place.isOwn { options.etag = known.state.etag }
      let received = try await place.readManifest(options: options)
      let response = received.response
      return ManifestAnswer(
        held: known.manifest,
        place: place.index,
        isNotModified: response.isNotModified,
        bytes: received.receiver.bytes,
        etag: response.isNotModified ? known.state.etag : place.isOwn ? response.etag : nil
      )
    }
  }

  // MARK: The answer

  private func remember(_ known: Known, _ answer: ManifestAnswer, _ index: ViewIndex) throws {
    var state = known.state
    // A mirror knows nothing of the tag of the source's own address.
    if answer.place == 0 { state.etag = answer.etag }
    state.checkedAt = registry.now.wholeSeconds
    try state.write(
      registry.name,
      in: cache.folder,
      vouchedBy: notary,
      disk: registry.disk,
      isFlushed: false
    )
  }

  private func report(_ known: Known, since start: ContinuousClock.Instant) -> SyncReport {
    let answer = known.answer
    return SyncReport(
      registry: registry.name,
      outcome: .upToDate,
      snapshot: known.inUse,
      manifest: known.manifest,
      version: answer.version,
      changes: [],
      fileCount: answer.fileCount,
      reusedCount: answer.fileCount,
      fetchedCount: 0,
      fetchedBytes: 0,
      savedBytes: answer.byteCount,
      packs: PackUse(),
      trust: answer.verdict,
      withheld: withheld(known),
      places: sync.reader.uses,
      warnings: sync.placeWarnings + sync.warnings(answer.verdict)
        + answer.catalogWarnings.map { .catalog($0) }
        + answer.missingPlugins.map { .missingPluginFile(slug: $0) },
      duration: ContinuousClock.now - start
    )
  }

  /// The files that the view lacks, with the reasons of today's policy, which is that of the last sync.
  private func withheld(_ known: Known) -> [WithheldFile] {
    guard let facts = known.state.content, !known.answer.withheld.isEmpty else { return [] }
    return Withholding(known.answer.withheld, knowing: facts, policy: registry.policy).withheld
      .sorted { $0.path < $1.path }
  }
}
