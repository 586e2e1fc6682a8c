import Disk
import Formats
import ObjectStore
import RegistryModel
import Synchronization
import SystemPackage

/// Writes the generated files, so that what people wrote stays as it is.
struct ScaffoldOutput {
  /// A file of the registry.
  struct File: Sendable {
    enum Content: Sendable {
      case text([UInt8])
      /// The bytes of a file of the source.
      case copy(of: ManifestPath)
    }

    let path: ManifestPath
    let id: ObjectID
    let content: Content

    init(_ path: ManifestPath, text: String) {
      let bytes = Array(text.utf8)
      self.path = path
      id = ObjectID(hashing: bytes)
      content = .text(bytes)
    }

    init(_ path: ManifestPath, copying file: RegistryFolder.File) {
      self.path = path
      id = file.id
      content = .copy(of: file.path)
    }

    fileprivate var isGeneratedText: Bool { if case .text = content { true } else { false } }
  }

  /// What happens to each file.
  struct Changes {
    var written: [File] = []
    var unchanged: [File] = []
    /// Written or changed by hand.
    var kept: [String] = []
    var removed: [ManifestPath] = []
  }

  /// Nil where the folder does not exist yet.
  private let folder: Folder?
  private let record: ScaffoldRecord

  /// Opens the folder of the registry.
  ///
  /// - Throws: `DiskError`.
  init(_ folder: Folder?) throws {
    self.folder = folder
    let bytes = try folder?.findBytes(ProjectLayout.scaffoldRecord, limit: ScaffoldRecord.maxBytes)
    record = ScaffoldRecord(parsing: bytes ?? [])
  }

  /// The names that the last scaffold gave.
  var names: ScaffoldNames { record.names }

  /// The bytes of a file of the registry; nil where there is none.
  ///
  /// - Throws: `DiskError`.
  func find(_ path: ManifestPath, limit: Int) throws -> [UInt8]? {
    let names = path.components.map { StoreLayout.component($0) }
    return try folder?.findFolder(at: names.dropLast())?
      .findBytes(StoreLayout.component(path.name), limit: limit)
  }

  /// The names in `catalog/` that end like those of manifests.
  ///
  /// - Throws: `DiskError`.
  func manifestNames() throws -> [String] {
    let catalog = try folder?.findFolder(StoreLayout.component("catalog"))
    return try catalog?.names().map(\.string).filter { $0.hasSuffix(".yaml") } ?? []
  }

  /// Compares the wanted files with what is there.
  ///
  /// - Throws: `DiskError`.
  func compare(_ files: [File]) throws -> Changes {
    let states = Mutex<[Int: State]>([:])
    try Parallel.forEach(count: files.count) { index in
      let state = try state(of: files[index].path, wanted: files[index])
      states.withLock { $0[index] = state }
    }
    let all = states.withLock { $0 }
    var changes = Changes()
    for (index, file) in files.enumerated() {
      switch all[index] {
      case .same: changes.unchanged.append(file)
      case .byHand: changes.kept.append(file.path.description)
      case .ours, .absent, nil: changes.written.append(file)
      }
    }
    let wanted = Set(files.map(\.path.description))
    for path in record.files.keys.sorted() where !wanted.contains(path) {
      // Whatever a record says, only what a scaffold writes is removed.
      guard let path = try? ManifestPath(parsing: path), Self.isOfRegistry(path) else { continue }
      switch try state(of: path, wanted: nil) {
      case .same, .ours: changes.removed.append(path)
      case .byHand: changes.kept.append(path.description)
      case .absent: break
      }
    }
    return changes
  }

  private static func isOfRegistry(_ path: ManifestPath) -> Bool {
    path.description == ModelNames.catalog || path.description == ProjectLayout.publishIgnore.string
      || path.description.hasPrefix("catalog/")
  }

  private enum State {
    case absent, same, ours, byHand
  }

  /// What is at a path: the wanted content, what an earlier scaffold wrote, or the work of people.
  private func state(of path: ManifestPath, wanted: File?) throws -> State {
    guard let bytes = try find(path, limit: Int(Limits.maxInstalledFileBytes)) else { return .absent }
    let id = ObjectID(hashing: bytes)
    if let wanted, id == wanted.id { return .same }
    let isYAML = wanted?.isGeneratedText ?? path.name.hasSuffix(".yaml")
    if isYAML, ScaffoldFiles.isGenerated(bytes) { return .ours }
    guard wanted?.isGeneratedText != true else { return .byHand }
    return record.files[path.description] == id ? .ours : .byHand
  }

  /// Writes, removes, and records what is there afterwards.
  ///
  /// The folder's content is made durable at the end and not file by file: until then a repeated run brings the same.
  ///
  /// - Throws: `DiskError`; some files may then be written.
  static func apply(
    _ changes: Changes,
    naming names: ScaffoldNames,
    in folder: Folder,
    from source: Folder,
    disk: any Disk
  ) throws {
    let known = Dictionary(
      (changes.written + changes.unchanged).map { ($0.path.description, $0.id) },
      uniquingKeysWith: { first, _ in first }
    )
    // The record comes first: what it names and is not there yet is written by the next run.
    let record = ScaffoldRecord(known, names: names).encode()
    try AtomicFile(disk: disk).replace(ProjectLayout.scaffoldRecord, in: folder, with: record)
    for file in changes.written {
      try Cancellation.check()
      let bytes: [UInt8] =
        switch file.content {
        case .text(let bytes): bytes
        case .copy(let path): try source.openFile(path).readAll(limit: Int(Limits.maxInstalledFileBytes))
        }
      try write(bytes, to: file.path, in: folder, disk)
    }
    for path in changes.removed { try remove(path, in: folder, disk) }
    _ = try disk.synchronizeFileSystem(of: folder, files: 0, bytes: .max)
  }

  private static func write(_ bytes: [UInt8], to path: ManifestPath, in root: Folder, _ disk: any Disk) throws
  {
    var folder = root
    for name in path.components.dropLast() {
      folder = try disk.ensureFolder(StoreLayout.component(name), in: folder)
    }
    let temporary = TemporaryName.make()
    do {
      let file = try disk.createFile(temporary, in: folder, mode: 0o644)
      try disk.write(bytes.span.bytes, to: file)
      try disk.rename(temporary, in: folder, to: StoreLayout.component(path.name), in: folder)
    } catch {
      // The first failure is the one to report.
      try? disk.removeFile(temporary, in: folder)
      throw error
    }
  }

  /// Removes a file, and the folders above that have nothing else.
  private static func remove(_ path: ManifestPath, in root: Folder, _ disk: any Disk) throws {
    var names = path.components.map { StoreLayout.component($0) }
    guard let last = names.popLast(), let folder = try root.findFolder(at: names) else { return }
    try disk.removeFile(last, in: folder)
    while let name = names.popLast() {
      guard let above = try root.findFolder(at: names), let inner = try above.findFolder(name),
        try inner.names().isEmpty
      else { return }
      try disk.removeFolder(name, in: above)
    }
  }
}
