import ObjectStore
import Refs
import SystemPackage

/// All roots of reachability in a cache, by registry (DESIGN section 9).
struct CacheRoots: Sendable {
  /// The roots of one registry.
  struct Registry: Sendable {
    /// The snapshot in use.
    var current: ObjectID?
    /// The newest synced snapshot.
    var latest: ObjectID?
    /// Its reflog, newest entry first.
    var reflog: [ReflogEntry] = []
    /// The snapshot that an unfinished write replaces; readers still accept its view.
    var replaced: ObjectID?
    /// Manifests that are kept as evidence.
    var evidence: [ObjectID] = []

    /// Every snapshot that is named, each once: the newest synced, the one in use, then the others.
    var snapshots: [ObjectID] {
      var seen: Set<ObjectID> = []
      let logged = reflog.flatMap { [$0.new] + ($0.old.map { [$0] } ?? []) }
      return ([latest, current, replaced].compactMap { $0 } + logged).filter { seen.insert($0).inserted }
    }
  }

  /// The roots of the registries, by name.
  var registries: [RefComponent: Registry] = [:]
  /// The refs of source URLs.
  var sources: [RefName: ObjectID] = [:]
  /// The number of refs read.
  private(set) var refCount = 0
  /// Refs, reflogs and pending records that cannot be read.
  private(set) var problems: [RefError] = []
  /// Names of refs whose reflog has an unfinished last line.
  private(set) var unfinishedLogs: [String] = []

  /// Every snapshot that is a root, with duplicates.
  var snapshots: [ObjectID] { registries.values.flatMap(\.snapshots) + sources.values }

  /// Every blob that evidence refers to.
  var evidence: [ObjectID] { registries.values.flatMap(\.evidence) }

  /// Reads refs, reflogs, pending records and evidence; an unreadable one is recorded and the others are read.
  ///
  /// - Throws: `RefError` and `DiskError` when the disk fails, or evidence cannot be read.
  init(of cache: Cache) throws {
    for ref in try list(cache) {
      refCount += 1
      switch ref.name {
      case .registry(let name): try read(name, value: ref.id, cache)
      case .synced(let name): registries[name, default: Registry()].latest = ref.id
      case .source: sources[ref.name] = ref.id
      }
    }
    for (name, ids) in try EvidenceLog.objects(in: cache) {
      registries[try name.refComponent(), default: Registry()].evidence = ids
    }
  }

  /// Throws if any root could not be read: what it leads to is unknown.
  ///
  /// - Throws: `RefError`, the first problem.
  func requireWhole() throws {
    if let problem = problems.first { throw problem }
  }

  /// All refs that can be read.
  private mutating func list(_ cache: Cache) throws -> [(name: RefName, id: ObjectID)] {
    var refs: [(name: RefName, id: ObjectID)] = []
    for kind in RefName.Kind.allCases {
      do {
        refs += try cache.refs.list(kind)
      } catch {
        if case .disk = error { throw error }
        problems.append(error)
      }
    }
    return refs
  }

  private mutating func read(_ name: RefComponent, value: ObjectID, _ cache: Cache) throws {
    registries[name, default: Registry()].current = value
    do {
      let log = try cache.refs.reflog(of: .registry(name))
      registries[name]?.reflog = try log.entries
      if log.leftover != nil { unfinishedLogs.append(RefName.registry(name).description) }
      let pending = try PendingRecord.find(name, in: cache.folder)
      if let pending, pending.isEffective(with: value) { registries[name]?.replaced = pending.old }
    } catch {
      if case .disk = error { throw error }
      problems.append(error)
    }
  }
}
