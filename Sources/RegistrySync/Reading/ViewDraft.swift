import Disk
import ObjectStore
import RegistryModel
import Synchronization

/// The new view of a registry while its files arrive: they are written as soon as their bytes are proven.
///
/// It lies where `ViewWriter.build` puts the view, which takes what is here and adds the rest. Until then nothing of it
/// is promised: whatever stops the sync, the folder is removed, by `discard` or by the next write command. Writing is
/// safe from several threads. Needs the registry's lock.
final class ViewDraft: Sendable {
  /// How many folders are kept open: few, as a process may be limited to 64 open files.
  private static let maxOpenFolders = 8

  private struct State {
    /// The folders that were used last, by their path in the view.
    var folders: [[String]: Folder] = [:]
    /// What was written as a whole.
    var files: [TreePath: ObjectID] = [:]
    var hasBegun = false
  }

  private let cache: Cache
  private let disk: any Disk
  private let name: RegistryName
  private let state = Mutex(State())

  /// Nothing is written before the first file.
  init(of views: ViewWriter) {
    (cache, disk, name) = (views.cache, views.disk, views.name)
  }

  /// Writes a file whose bytes were proven.
  ///
  /// - Throws: `DiskError`.
  func write(_ bytes: RawSpan, as id: ObjectID, to path: TreePath) throws(DiskError) {
    let file = try begin(path)
    try file.write(bytes)
    finish(file, as: id)
  }

  /// Begins a file whose bytes are proven at their end; it is removed unless `finish` gets it.
  ///
  /// - Throws: `DiskError`.
  func begin(_ path: TreePath) throws(DiskError) -> DraftFile {
    let folder = try folder(Array(path.components.dropLast()))
    return try DraftFile(path, in: folder, disk: disk)
  }

  /// Counts a file as written: its bytes hashed to the id.
  func finish(_ file: DraftFile, as id: ObjectID) {
    file.keep()
    state.withLock { $0.files[file.path] = id }
  }

  /// Removes what was written, also when the task is cancelled: it may have files that the view would not have.
  func discardAtEnd() {
    // try?: what cannot be removed now goes with the next write command.
    Cancellation.ignoring { try? discard() }
  }

  /// Removes what was written.
  ///
  /// - Throws: `DiskError`.
  func discard() throws(DiskError) {
    let hasBegun = state.withLock { state in
      defer { state = State() }
      return state.hasBegun
    }
    if hasBegun { try disk.removeRecursively(ProjectLayout.newView(name), in: cache.folder) }
  }

  /// Hands the folder over to who builds the view, without the files that the view has not or has otherwise.
  ///
  /// - Returns: The files in it; empty where nothing was written.
  /// - Throws: `DiskError`.
  func takeOver(for content: ViewContent) throws(DiskError) -> [TreePath: ObjectID] {
    let (files, hasBegun) = state.withLock { state in
      defer { state = State() }
      return (state.files, state.hasBegun)
    }
    guard hasBegun else { return [:] }
    let wanted = Dictionary(content.files.map { ($0.path, $0.id) }) { first, _ in first }
    let surplus = files.filter { wanted[$0.key] != $0.value }
    if !surplus.isEmpty { try remove(Array(surplus.keys), keeping: content) }
    return files.filter { wanted[$0.key] == $0.value }
  }

  private func remove(_ paths: [TreePath], keeping content: ViewContent) throws(DiskError) {
    let root = try cache.folder.openFolder(ProjectLayout.newView(name))
    let kept = Set(content.files.flatMap { Self.folders(of: $0.path) })
    var empty: Set<[String]> = []
    for path in paths {
      let folder = try Self.open(path.components.dropLast(), in: root)
      try disk.removeFile(StoreLayout.component(path.components.last ?? ""), in: folder)
      empty.formUnion(Self.folders(of: path).filter { !kept.contains($0) })
    }
    for path in empty.sorted(by: { $0.count > $1.count }) {
      let folder = try Self.open(path.dropLast(), in: root)
      try disk.removeFolder(StoreLayout.component(path.last ?? ""), in: folder)
    }
  }

  /// The folders on the way to a file, outermost first.
  private static func folders(of path: TreePath) -> [[String]] {
    (1..<path.components.count).map { Array(path.components[..<$0]) }
  }

  private static func open(_ path: ArraySlice<String>, in root: Folder) throws(DiskError) -> Folder {
    try root.openFolder(at: path.map { StoreLayout.component($0) })
  }

  /// Opens a folder of the view, making it and those above it.
  private func folder(_ path: [String]) throws(DiskError) -> Folder {
    if let open = state.withLock({ $0.folders[path] }) { return open }
    let above =
      if let _ = path.last { try folder(path.dropLast()) } else { cache.folder }
    let folder = try disk.ensureFolder(
      path.last.map { StoreLayout.component($0) } ?? ProjectLayout.newView(name),
      in: above
    )
    state.withLock { state in
      state.hasBegun = true
      if state.folders.count >= Self.maxOpenFolders { state.folders = [:] }
      state.folders[path] = folder
    }
    return folder
  }
}

/// A file of a draft that is being written; removed unless it was finished.
final class DraftFile {
  let path: TreePath
  private let folder: Folder
  private let disk: any Disk
  private let output: WritableFile
  private var isKept = false

  fileprivate init(_ path: TreePath, in folder: Folder, disk: any Disk) throws(DiskError) {
    (self.path, self.folder, self.disk) = (path, folder, disk)
    output = try disk.createFile(Self.name(path), in: folder, mode: 0o644)
  }

  deinit {
    // If removing fails, the next attempt to write the file reports it; else the folder goes as a whole.
    if !isKept { try? disk.removeFile(Self.name(path), in: folder) }
  }

  func write(_ bytes: RawSpan) throws(DiskError) { try disk.write(bytes, to: output) }

  fileprivate func keep() { isKept = true }

  private static func name(_ path: TreePath) -> FileName { StoreLayout.component(path.components.last ?? "") }
}
