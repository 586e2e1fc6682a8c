import Disk
import ObjectStore
import Refs
package import RegistryModel
import Synchronization
package import SystemPackage

/// The content of a project's cache: its size, by registry, and how well it is compressed.
package struct CacheStatistics: Sendable {
  /// A number of objects with their sizes.
  package struct Amount: Equatable, Sendable {
    package var count = 0
    /// The size of their payloads in bytes, without damaged ones.
    package var rawBytes: Int64 = 0
    /// The size of their files in bytes.
    package var storedBytes: Int64 = 0
  }

  /// The objects of one registry.
  package struct Registry: Equatable, Sendable {
    package let name: RegistryName
    /// The number of snapshots in its history that are stored here.
    package let snapshotCount: Int
    /// All objects reachable from it.
    package let all: Amount
    /// The objects reachable only from it, which clearing the registry frees.
    package let alone: Amount
  }

  /// All objects.
  package private(set) var total = Amount()
  /// The objects reachable from several registries.
  package private(set) var shared = Amount()
  /// The unreachable objects, which may be removed.
  package private(set) var unreachable = Amount()
  /// The objects whose file is hard-linked from another store.
  package private(set) var linked = Amount()
  /// Objects whose payload cannot be read, so that its size is not known.
  package private(set) var damagedCount = 0
  /// The registries, by name.
  package private(set) var registries: [Registry] = []
  /// The object folders that are listed as alternates.
  package let alternates: [FilePath]

  /// Payload bytes for each stored byte; nil without objects.
  package var compressionRatio: Double? {
    total.storedBytes == 0 ? nil : Double(total.rawBytes) / Double(total.storedBytes)
  }

  /// Reads a project's cache; nothing is written.
  ///
  /// - Returns: Nil when there is no cache.
  /// - Throws: `StorageError.cannotCollect` when an object that leads on cannot be read; `RefError`,
  ///   `DiskError`, `ObjectStoreError`.
  package static func read(_ project: Project, lockTimeout: Duration) throws -> CacheStatistics? {
    guard let cache = try Cache.find(in: project) else { return nil }
    let lock = try StoreLock.acquireForReading(in: cache.folder, timeout: lockTimeout)
    let statistics = try CacheStatistics(of: cache)
    _ = consume lock
    return statistics
  }

  private init(of cache: Cache) throws {
    alternates = try AlternatesList.read(in: cache.store.folder)
    let roots = try CacheRoots(of: cache)
    try roots.requireWhole()
    var marks = MarkedRegistries()
    for (component, registry) in roots.registries.sorted(by: { $0.key < $1.key }) {
      try marks.add(try RegistryName(component), registry.snapshots, registry.evidence, in: cache.store)
    }
    // The ref of a URL belongs to its registry; only one whose registry was removed keeps objects by itself.
    let orphans = roots.sources.values.filter { marks.owners[$0] == nil }
    let rest = try MarkedRegistries.mark(Array(orphans), sizes: &marks.sizes, in: cache.store).uses
    let held = try Self.findFiles(in: cache.store, sizes: marks.sizes)
    for (name, snapshotCount, ids) in marks.registries {
      var (all, alone) = (Amount(), Amount())
      for id in ids {
        guard let file = held[id] else { continue }
        all.add(file)
        if marks.owners[id] == 1 && rest[id] == nil { alone.add(file) }
      }
      registries.append(Registry(name: name, snapshotCount: snapshotCount, all: all, alone: alone))
    }
    for (id, file) in held {
      total.add(file)
      let owners = marks.owners[id, default: 0]
      if owners > 1 { shared.add(file) }
      if owners == 0 && rest[id] == nil { unreachable.add(file) }
      if file.isLinked { linked.add(file) }
      if file.rawBytes == nil { damagedCount += 1 }
    }
  }

  /// The file of one object.
  fileprivate struct File: Sendable {
    /// The size of the payload; nil when it is damaged.
    let rawBytes: Int64?
    let storedBytes: Int64
    let isLinked: Bool
  }

  /// All objects in the cache with their sizes; payloads whose size no tree states are read.
  private static func findFiles(
    in store: ObjectStore,
    sizes: [ObjectID: Int64]
  ) throws -> [ObjectID: File] {
    let ids = try store.ids()
    let files = Mutex<[ObjectID: File]>([:])
    try Parallel.forEach(count: ids.count) { (index) throws(ObjectStoreError) in
      let id = ids[index]
      guard let attributes = try store.findAttributes(id) else { return }
      let raw = if let stated = sizes[id] { stated } else { try countBytes(id, in: store) }
      let file = File(rawBytes: raw, storedBytes: attributes.size, isLinked: attributes.linkCount > 1)
      files.withLock { $0[id] = file }
    }
    return files.withLock { $0 }
  }

  private static func countBytes(_ id: ObjectID, in store: ObjectStore) throws(ObjectStoreError) -> Int64? {
    var count: Int64 = 0
    do {
      // Trees, snapshots and manifests are no larger; of anything else, which nothing names, this much is counted.
      let limit = Tree.maximumPayloadBytes
      try store.verify(id, size: nil, limit: limit) {
        count += Int64($0.byteCount)
      } restart: {
        count = 0
      }
      return count
    } catch .corrupt(_, _, .encoding(.tooLarge)) {
      return count
    } catch {
      if case .disk = error { throw error }
      return nil
    }
  }
}

extension CacheStatistics.Amount {
  fileprivate mutating func add(_ file: CacheStatistics.File) {
    count += 1
    // Trees can state any size, and sparse files can have any.
    rawBytes = rawBytes.addingClamped(file.rawBytes ?? 0)
    storedBytes = storedBytes.addingClamped(file.storedBytes)
  }
}

/// The objects reachable from each registry.
private struct MarkedRegistries {
  var registries: [(name: RegistryName, snapshotCount: Int, ids: Set<ObjectID>)] = []
  /// The number of registries from which an object is reachable.
  var owners: [ObjectID: Int] = [:]
  /// The sizes in bytes that trees state for files.
  var sizes: [ObjectID: Int64] = [:]

  mutating func add(
    _ name: RegistryName,
    _ snapshots: [ObjectID],
    _ evidence: [ObjectID],
    in store: ObjectStore
  ) throws {
    let marks = try Self.mark(snapshots, sizes: &sizes, in: store)
    let ids = Set(marks.uses.keys).union(evidence)
    registries.append((name, marks.uses.values.count { $0 == .snapshot }, ids))
    for id in ids { owners[id, default: 0] += 1 }
  }

  /// Marks objects from snapshots and records the sizes of the files found.
  static func mark(
    _ snapshots: [ObjectID],
    sizes: inout [ObjectID: Int64],
    in store: ObjectStore
  ) throws -> Reachability {
    do throws(ObjectStoreError) {
      let marks = try Reachability.mark(snapshots: snapshots, in: store)
      if let problem = marks.problems.min(by: { $0.id < $1.id }) { throw problem.error }
      for case (let id, .blob(let size)) in marks.uses { sizes[id] = size }
      return marks
    } catch {
      throw StorageError.collecting(error)
    }
  }
}
