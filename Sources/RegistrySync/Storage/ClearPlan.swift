import Disk
import Formats
import ObjectStore
import Refs
import RegistryModel
import SystemPackage

/// What a clear removes from one cache; found first, so that exactly what is reported is removed.
struct ClearPlan: Sendable {
  let cache: Cache
  let disk: any Disk
  /// Whether refs, logs and states are removed as a whole, readable or not.
  let isEverything: Bool
  /// The registries whose views are removed.
  let registries: [RegistryName]
  /// The updates of refs of a removed registry.
  private(set) var updates: [RefUpdate] = []
  private(set) var trimmings: [HistoryTrimming] = []
  /// The snapshots whose parents are trimmed: while objects are removed, and after that.
  private(set) var shallow: (during: Set<ObjectID>, after: Set<ObjectID>)?
  let garbage: GarbageCollection
  let leftovers: CacheLeftovers
  private(set) var report = CacheClearing.Report()

  // MARK: Making

  /// Plans to remove all cached data, readable or not.
  ///
  /// - Throws: `DiskError`, `ObjectStoreError`.
  init(everythingOf cache: Cache, disk: any Disk) throws {
    self.cache = cache
    self.disk = disk
    isEverything = true
    let folder = cache.folder
    let names = try folder.names().filter { try folder.findAttributes($0)?.kind == .folder }
    // try?: a name that is not a registry's is not a view.
    registries = names.compactMap { try? RegistryName(parsing: $0.string) }
    garbage = try GarbageCollection.findEverything(in: cache.store)
    leftovers = try CacheLeftovers(in: folder)
    var space = RemovedSpace()
    // try?: as above.
    for name in names where (try? RegistryName(parsing: name.string)) != nil {
      try space.addEverything(at: name, in: folder)
    }
    for name in try folder.names() where CacheLeftovers.isLeftover(name) {
      try space.addEverything(at: name, in: folder)
    }
    for name in [RefsLayout.refs, RefsLayout.logs] { try space.addEverything(at: name, in: folder) }
    for (name, state) in try Self.states(in: folder) { try space.addEverything(at: name, in: state) }
    finishReport(space)
  }

  /// Plans to remove one registry, and the objects that are then unreachable.
  ///
  /// - Throws: `StorageError.cannotCollect`, `RefError`, `DiskError`, `ObjectStoreError`.
  init(registry name: RegistryName, url: String?, of cache: Cache, disk: any Disk) throws {
    self.cache = cache
    self.disk = disk
    isEverything = false
    registries = [name]
    let registry = try name.refComponent()
    var roots = try CacheRoots(of: cache)
    try roots.requireWhole()
    let sources = try SourceRefs.updates(dropping: registry, url: url, roots, in: cache.store)
    updates =
      [
        RefUpdate(.registry(registry), expecting: .any, .delete),
        RefUpdate(.synced(registry), expecting: .any, .delete),
      ] + sources
    roots.registries[registry] = nil
    for update in sources {
      if case .set(let id) = update.change {
        roots.sources[update.ref] = id
      } else {
        roots.sources[update.ref] = nil
      }
    }
    let before = try cache.store.shallowSnapshots()
    (garbage, shallow) = try Self.collect(roots, shallow: before, in: cache.store)
    leftovers = try CacheLeftovers(in: cache.folder)
    finishReport(try countFiles(of: name))
  }

  /// Plans to trim the history of one registry or of all, and to remove the objects that are then unreachable.
  ///
  /// - Throws: As above.
  init(
    unreachableIn cache: Cache,
    trimming name: RegistryName?,
    _ retention: Retention,
    now: Timestamp,
    disk: any Disk
  ) throws {
    self.cache = cache
    self.disk = disk
    isEverything = false
    registries = []
    let roots = try CacheRoots(of: cache)
    try roots.requireWhole()
    if !retention.isUnlimited {
      let names = try name.map { name in [try name.refComponent()] }
      for registry in names ?? roots.registries.keys.sorted() {
        let trimming = try HistoryTrimming(registry, roots, retention, now: now, in: cache.store)
        if !trimming.isEmpty { trimmings.append(trimming) }
      }
    }
    let before = try cache.store.shallowSnapshots()
    let trimmed = roots.after(trimmings)
    let during = trimmings.reduce(before) { $0.union($1.shallow) }
    (garbage, shallow) = try Self.collect(trimmed, shallow: during, in: cache.store)
    leftovers = try CacheLeftovers(in: cache.folder)
    for trimming in trimmings {
      let name = try RegistryName(trimming.registry)
      report.trimmed[name] = trimming.trimmed.count
    }
    var space = RemovedSpace()
    try countShared(into: &space)
    finishReport(space)
  }

  private static func collect(
    _ roots: CacheRoots,
    shallow: Set<ObjectID>,
    in store: ObjectStore
  ) throws -> (GarbageCollection, (during: Set<ObjectID>, after: Set<ObjectID>)) {
    do throws(ObjectStoreError) {
      let marks = try Reachability.mark(snapshots: roots.snapshots, shallow: shallow, in: store)
      let garbage = try GarbageCollection.find(in: store, besides: marks, others: roots.evidence)
      return (garbage, (shallow, shallow.filter { marks.uses[$0] == .snapshot }))
    } catch {
      throw StorageError.collecting(error)
    }
  }

  // MARK: Counting

  private mutating func finishReport(_ space: RemovedSpace) {
    report.registries = registries
    report.objectCount = garbage.objects.count
    report.objectBytes = garbage.objectSpace.bytes
    report.fileCount = space.fileCount + garbage.leftoverSpace.fileCount
    report.bytes = [space, garbage.objectSpace, garbage.leftoverSpace].map(\.bytes).clampedSum()
  }

  private func countFiles(of name: RegistryName) throws -> RemovedSpace {
    var space = RemovedSpace()
    for update in updates where update.change == .delete {
      let files = try cache.refs.attributes(of: update.ref)
      for file in files { space.add(file) }
    }
    if let evidence = try EvidenceLog(name: name, cache: cache, disk: disk).findAttributes() {
      space.add(evidence)
    }
    let registry = try name.refComponent()
    try space.addEverything(at: ProjectLayout.view(name), in: cache.folder)
    if let state = try cache.folder.findFolder(RefsLayout.state) {
      try space.addEverything(at: RefsLayout.pendingRecord(of: registry), in: state)
      try space.addEverything(at: ProjectLayout.state(name), in: state)
      try space.addEverything(at: ProjectLayout.viewIndex(name), in: state)
      try space.addEverything(at: ProjectLayout.asideIndex(name), in: state)
    }
    try countShared(into: &space)
    return space
  }

  /// Counts the files besides objects that every kind of clear removes.
  private func countShared(into space: inout RemovedSpace) throws {
    try leftovers.count(into: &space)
    guard let shallow, shallow.after.isEmpty else { return }
    if let info = try cache.store.folder.findFolder(StoreLayout.info) {
      try space.addEverything(at: StoreLayout.shallow, in: info)
    }
  }

  /// The files of `state` that a full clear removes: all but lock files, which processes may be holding, and the
  /// files of an interrupted installation, because installed plugins are never changed.
  static func states(in cache: Folder) throws(DiskError) -> [(name: FileName, folder: Folder)] {
    guard let state = try cache.findFolder(RefsLayout.state) else { return [] }
    let kept = [ProjectLayout.installPending, ProjectLayout.installStage]
    return try state.names().filter { !$0.string.hasSuffix(".lock") && !kept.contains($0) }
      .map { ($0, state) }
  }
}

extension CacheRoots {
  /// The roots that remain after trimming.
  func after(_ trimmings: [HistoryTrimming]) -> CacheRoots {
    var roots = self
    for trimming in trimmings {
      roots.registries[trimming.registry]?.forget(trimming.trimmed)
    }
    return roots
  }
}

extension CacheRoots.Registry {
  /// Removes the snapshots that the reflog will no longer name.
  fileprivate mutating func forget(_ ids: Set<ObjectID>) {
    reflog = ReflogEntry.dropping(ids, from: reflog, vouchedBy: NoNotary())
  }
}

extension RegistryName {
  /// The name of a registry that has refs.
  init(_ component: RefComponent) throws {
    do { self = try RegistryName(parsing: component.description) } catch {
      throw ProjectError.invalidName(component.description, error)
    }
  }
}
