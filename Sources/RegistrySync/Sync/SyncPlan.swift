import Disk
import ObjectStore
import RegistryModel
import Synchronization

/// A file that has to be downloaded.
struct WantedFile: Sendable {
  let id: ObjectID
  let path: ManifestPath
  let maxBytes: Int64
  /// How many files of the registry have this content; in a view each takes its bytes.
  let copyCount: Int64
  /// The paths of the other files with this content.
  var otherPaths: [ManifestPath] = []

  /// All paths that have this content.
  var paths: [ManifestPath] { [path] + otherPaths }

  /// A manifest's files, each content once; the catalog has the manifest's size limit.
  static func list(of manifest: Manifest, _ limits: Limits) -> [WantedFile] {
    var paths: [ObjectID: [ManifestPath]] = [:]
    for entry in manifest.entries { paths[entry.id, default: []].append(entry.path) }
    return manifest.entries.compactMap { entry in
      guard let found = paths.removeValue(forKey: entry.id) else { return nil }
      let limit = entry.id == manifest.catalogID ? limits.maxManifestBytes : limits.maxFileBytes
      return WantedFile(
        id: entry.id,
        path: entry.path,
        maxBytes: limit,
        copyCount: Int64(found.count),
        otherPaths: Array(found.dropFirst())
      )
    }
  }
}

/// Which of a manifest's files are held already, and which are missing (DESIGN section 6, step 3).
struct SyncPlan: Sendable {
  /// The different files of the manifest, each once, with one of their paths.
  let files: [WantedFile]
  /// Sizes in bytes of the files that are held and proven.
  var sizes: [ObjectID: Int64] = [:]
  /// The files to download.
  var missing: [WantedFile] = []
  /// How many of the missing ones were held before and are damaged or gone.
  var lostCount = 0

  init(files: [WantedFile]) {
    self.files = files
  }

  /// Works out what is missing, taking what alternates have.
  ///
  /// `known`: Sizes of the files that the snapshot before states; only these may be taken as proven by
  /// their change time.
  /// `provenUntil`: Our own copies of known files whose change time is earlier were proven then.
  /// `shapes`: Takes the shapes of all files that are read.
  ///
  /// - Throws: `ObjectStoreError`, `SyncError.tooLarge`, `SyncError.refusedContent`.
  static func make(
    _ files: [WantedFile],
    known: [ObjectID: Int64],
    provenUntil: Int64?,
    shapes: ContentShapes,
    batch: ObjectBatch,
    store: ObjectStore
  ) throws -> SyncPlan {
    var plan = SyncPlan(files: files)
    // Nothing is looked for where nothing can be, as in every first sync of a project.
    let isEmpty = try store.isEmpty()
    let held = Mutex<[ObjectID: Int64]>([:])
    try Parallel.forEach(count: files.count) { index in
      let file = files[index]
      let check = HeldFile(
        file: file,
        knownSize: known[file.id],
        provenUntil: provenUntil,
        shapes: shapes,
        mayBeStored: !isEmpty
      )
      if let size = try check.findSize(in: store, batch: batch) {
        held.withLock { $0[file.id] = size }
      }
    }
    plan.sizes = held.withLock { $0 }
    for file in files where plan.sizes[file.id] == nil {
      plan.missing.append(file)
      if known[file.id] != nil { plan.lostCount += 1 }
    }
    return plan
  }
}

/// Finds out whether one file needs no download.
private struct HeldFile {
  let file: WantedFile
  let knownSize: Int64?
  let provenUntil: Int64?
  let shapes: ContentShapes
  /// Whether the store itself has any object.
  let mayBeStored: Bool

  /// The size of a proven copy; nil when the file has to be downloaded.
  func findSize(in store: ObjectStore, batch: ObjectBatch) throws -> Int64? {
    if let waiting = try proveWaiting(in: batch) { return waiting }
    if mayBeStored, let attributes = try store.findAttributes(file.id) {
      if let believedSize, let provenUntil, attributes.kind == .file, attributes.changeTime < provenUntil {
        return believedSize
      }
      if let size = try proveOwn(in: store) { return size }
    }
    return try borrow(batch)
  }

  /// The tree that states a size may be anybody's: more than the limit is not believed.
  private var believedSize: Int64? {
    if let knownSize, knownSize <= file.maxBytes { knownSize } else { nil }
  }

  /// The size of a file that a killed process left and the batch adopted.
  private func proveWaiting(in batch: ObjectBatch) throws -> Int64? {
    guard let size = batch.size(of: file.id) else { return nil }
    var detector = ContentDetector()
    try batch.stream(file.id, size: size, restart: { () throws(DiskError) in }) { (bytes) throws(DiskError) in
      detector.append(bytes)
    }
    try check(size, detector)
    return size
  }

  private func proveOwn(in store: ObjectStore) throws -> Int64? {
    var size: Int64 = 0
    var detector = ContentDetector()
    do {
      try store.verify(file.id, size: believedSize, limit: file.maxBytes) { bytes in
        size += Int64(bytes.byteCount)
        detector.append(bytes)
      } restart: {
        size = 0
        detector = ContentDetector()
      }
    } catch ObjectStoreError.corrupt, ObjectStoreError.missing {
      return nil
    }
    try check(size, detector)
    return size
  }

  private func borrow(_ batch: ObjectBatch) throws -> Int64? {
    var detector = ContentDetector()
    let size = try batch.borrow(file.id, limit: file.maxBytes) {
      detector.append($0)
    } restart: {
      // A lender's damaged copy was seen first; what counts is the good one.
      detector = ContentDetector()
    }
    if let size { try check(size, detector) }
    return size
  }

  /// What was stored for another registry, or by another program, is held to this policy too.
  private func check(_ size: Int64, _ detector: ContentDetector) throws {
    guard size <= file.maxBytes else { throw SyncError.tooLarge(path: file.path, limit: file.maxBytes) }
    try shapes.note(detector.finish(), of: file)
  }
}
