import Disk
import ObjectStore
import RegistryModel
import SystemPackage

/// Writes snapshots as the plain files that people and agents read.
///
/// A new view is built beside the current one and then exchanged with it, so whoever opens the view's folder once
/// sees one snapshot. Needs the registry's lock.
struct ViewWriter {
  let cache: Cache
  let disk: any Disk
  let name: RegistryName

  /// Whether the view was exchanged in one step.
  enum Exchange: Equatable, Sendable {
    case atomic
    /// The file system cannot exchange names: files were replaced one by one (DESIGN section 3.2).
    case fileByFile
    /// The view is mounted there, so its folder stayed, and its files were replaced one by one.
    case mounted(FilePath)
  }

  /// Builds the view of a snapshot beside the current one.
  ///
  /// `old`: What the current view may hold; files that are in both are hard-linked instead of copied, after they were
  /// read and hashed.
  /// `draft`: What was written of the view already.
  /// `stock`: What need not be read.
  ///
  /// - Returns: What it had before anything was linked or copied.
  /// - Throws: `ObjectStoreError` when an object is missing or damaged; `DiskError`.
  func build(
    _ content: ViewContent,
    reusing old: [TreeFile]?,
    adding draft: ViewDraft? = nil,
    stock: ViewStock = ViewStock(place: nil, aside: nil)
  ) throws -> BegunView {
    let drafted = try draft?.takeOver(for: content) ?? [:]
    if drafted.isEmpty { try disk.removeRecursively(ProjectLayout.newView(name), in: cache.folder) }
    let begun = try takeAside(for: content, adding: drafted, stock.aside) ?? BegunView(files: drafted)
    let fresh = try disk.ensureFolder(ProjectLayout.newView(name), in: cache.folder)
    let current = try findCurrent()
    let known = Dictionary(
      (current == nil ? [] : old ?? []).map { ($0.path, $0) },
      uniquingKeysWith: { first, _ in first }
    )
    try materialize(content, into: fresh, reusing: current, known: known, written: begun.files, stock: stock)
    return begun
  }

  /// Begins the new view with the one that was left aside; nil where there is none that can be used.
  ///
  /// `drafted`: The files that were written already, into the new view; they are moved.
  private func takeAside(
    for content: ViewContent,
    adding drafted: [TreePath: ObjectID],
    _ marks: ViewIndex?
  ) throws -> BegunView? {
    let (fresh, old) = (ProjectLayout.newView(name), ProjectLayout.oldView(name))
    // try?: what cannot be opened is no view that was left aside.
    guard let marks, let view = try? cache.folder.findFolder(old),
      let aside = try AsideView(view, as: content, knowing: marks)
    else { return nil }
    if drafted.isEmpty {
      try disk.rename(old, in: cache.folder, to: fresh, in: cache.folder)
      try aside.trim(view, on: disk)
      return aside.begun
    }
    guard try exchange(fresh, with: old) else { return nil }
    try aside.trim(view, on: disk)
    var begun = aside.begun
    let draft = try cache.folder.openFolder(old)
    for (path, id) in drafted where begun.files[path] == nil {
      try move(path, from: draft, to: view)
      begun.files[path] = id
    }
    return begun
  }

  /// False where names cannot be exchanged here.
  private func exchange(_ name: FileName, with other: FileName) throws(DiskError) -> Bool {
    do {
      try disk.exchange(name, with: other, in: cache.folder)
      return true
    } catch  where error.lacks(.exchange) {
      return false
    }
  }

  private func move(_ path: TreePath, from draft: Folder, to view: Folder) throws(DiskError) {
    let names = path.components.map { StoreLayout.component($0) }
    var target = view
    for name in names.dropLast() { target = try disk.ensureFolder(name, in: target) }
    guard let name = names.last else { return }
    try disk.rename(name, in: draft.openFolder(at: names.dropLast()), to: name, in: target)
  }

  /// Writes a view's files into a folder that has only those of them that were written already.
  ///
  /// - Throws: As `build`.
  func materialize(
    _ content: ViewContent,
    into fresh: Folder,
    reusing current: Folder? = nil,
    known: [TreePath: TreeFile] = [:],
    written: [TreePath: ObjectID] = [:],
    stock: ViewStock = ViewStock(place: nil, aside: nil)
  ) throws {
    let groups =
      written.isEmpty
      ? content.groups : ViewGroup.groups(of: content.files.filter { written[$0.path] != $0.id })
    try Parallel.forEach(count: groups.count) { index in
      try write(groups[index], into: fresh, current: current, known: known, stock: stock)
    }
    let file = try disk.createFile(ProjectLayout.checksums, in: fresh, mode: 0o644)
    try disk.write(content.checksums.span.bytes, to: file)
  }

  /// Makes the new view durable, file by file; one flush of the file system has the same effect.
  ///
  /// `files`: What was not durable before.
  func synchronizeBuilt(_ begun: BegunView, _ files: [TreeFile]) throws(DiskError) {
    try synchronize(files, begun, in: cache.folder.openFolder(ProjectLayout.newView(name)))
  }

  /// Makes a view's files and their names durable.
  func synchronize(
    _ files: [TreeFile],
    _ begun: BegunView = BegunView(),
    in fresh: Folder
  ) throws(DiskError) {
    try Parallel.forEachWaiting(count: files.count) { (index) throws(DiskError) in
      try Cancellation.check()
      let folder = try Self.open(files[index].path.components.dropLast(), in: fresh)
      try disk.synchronizeFile(Self.fileName(files[index]), in: folder)
    }
    try disk.synchronizeFile(ProjectLayout.checksums, in: fresh)
    // All folders on the way, also those without files: their entries must be durable too.
    let folders = begun.unflushedFolders(of: files)
    try Parallel.forEachWaiting(count: folders.count) { (index) throws(DiskError) in
      try disk.synchronize(try Self.open(folders[index], in: fresh))
    }
  }

  /// Moves the new view to the registry's name; the old one is kept aside for readers that have it open.
  ///
  /// - Throws: `DiskError`; then either the old or the new view is complete under the registry's name, or none is,
  ///   and a pending record exists.
  func putInPlace() throws(DiskError) -> Exchange {
    let fresh = ProjectLayout.newView(name)
    let view = ProjectLayout.view(name)
    guard try cache.folder.findAttributes(view) != nil else {
      try disk.rename(fresh, in: cache.folder, to: view, in: cache.folder)
      try disk.synchronize(cache.folder)
      return .atomic
    }
    // There may be one already if this command first finished another write.
    try disk.removeRecursively(ProjectLayout.oldView(name), in: cache.folder)
    // Whoever mounted the folder would see nothing of another one that takes its name.
    if let place = try findMount() {
      try replaceFiles()
      return .mounted(place)
    }
    guard try exchange(fresh, with: view) else {
      try replaceFiles()
      return .fileByFile
    }
    try disk.rename(fresh, in: cache.folder, to: ProjectLayout.oldView(name), in: cache.folder)
    try disk.synchronize(cache.folder)
    return .atomic
  }

  /// Removes what a killed write left of a view; every command that writes begins with it.
  ///
  /// The view that was left aside stays: the next one takes its folders.
  func removeUnfinished() throws(DiskError) {
    try disk.removeRecursively(ProjectLayout.newView(name), in: cache.folder)
  }

  /// Removes the view, and the one that was left aside.
  func remove() throws(DiskError) {
    try removeUnfinished()
    try disk.removeRecursively(ProjectLayout.oldView(name), in: cache.folder)
    // A mounted folder stays, so that whoever mounted it sees the next view in it.
    if try findMount() != nil { return try disk.empty(cache.folder.openFolder(ProjectLayout.view(name))) }
    // In one step, so that a reader never sees a part of a view.
    try disk.removeInOneStep(
      ProjectLayout.view(name),
      in: cache.folder,
      aside: ProjectLayout.oldView(name)
    )
  }

  /// Where the view's folder, or one in it, is mounted.
  func findMount(in mounts: MountTable? = nil) throws(DiskError) -> FilePath? {
    guard let view = try findCurrent(), let path = try RealPath.of(view) else { return nil }
    return (mounts ?? MountTable()).place(of: path)
  }

  private func findCurrent() throws(DiskError) -> Folder? {
    do {
      return try cache.folder.findFolder(ProjectLayout.view(name))
    } catch  where error.isWrongKind {
      // Something else has the view's name: it is not reused, and is moved aside like an old view.
      return nil
    }
  }

  private func write(
    _ group: ViewGroup,
    into fresh: Folder,
    current: Folder?,
    known: [TreePath: TreeFile],
    stock: ViewStock
  ) throws {
    var target = fresh
    var source = current
    for name in group.folder {
      let component = StoreLayout.component(name)
      target = try disk.ensureFolder(component, in: target)
      // A folder that cannot be opened is not reused.
      source = try? source?.findFolder(component)
    }
    let marks = stock.marks(in: group.folder)
    for file in group.files {
      try Cancellation.check()
      if let source, let marks, try link(file, from: source, to: target, by: marks) { continue }
      if let source, known[file.path]?.id == file.id, try link(file, from: source, to: target) { continue }
      try copy(file, to: target)
    }
  }

  /// Hard-links a file of the old view whose mark shows that it is the same.
  private func link(
    _ file: TreeFile,
    from source: Folder,
    to target: Folder,
    by marks: ViewIndex.Marks
  ) throws -> Bool {
    let name = Self.fileName(file)
    do {
      guard try marks.content(of: name, in: source) == file.id else { return false }
      try disk.link(name, in: source, to: name, in: target)
      return true
    } catch {
      // There are no hard links here: the file is written instead.
      return false
    }
  }

  /// Hard-links an unchanged file of the old view into the new one, if its content is verified.
  private func link(_ file: TreeFile, from source: Folder, to target: Folder) throws -> Bool {
    let name = Self.fileName(file)
    do {
      guard try ViewCheck.isAsMaterialized(file, in: source) else { return false }
      try disk.link(name, in: source, to: name, in: target)
      return true
    } catch {
      // There are no hard links here, or the file is not readable: it is written instead.
      return false
    }
  }

  private func copy(_ file: TreeFile, to target: Folder) throws {
    let name = Self.fileName(file)
    if file.size <= Limits.maxCopiedWholeBytes {
      let payload = try cache.store.read(file.id, size: file.size, limit: file.size)
      let output = try disk.createFile(name, in: target, mode: 0o644)
      return try disk.write(payload.span.bytes, to: output)
    }
    let output = try disk.createFile(name, in: target, mode: 0o644)
    try cache.store.stream(file.id, size: file.size) { () throws(DiskError) in
      // Bytes of a damaged copy were not verified, so the file is started again with the next copy.
      try disk.truncate(output, to: 0)
    } into: { (bytes) throws(DiskError) in
      try Cancellation.check()
      try disk.write(bytes, to: output)
    }
  }

  /// Replaces the view's files one by one; a pending record tells others that the view may be a mixture.
  private func replaceFiles() throws(DiskError) {
    let fresh = ProjectLayout.newView(name)
    let view = try cache.folder.openFolder(ProjectLayout.view(name))
    try disk.replaceContent(of: view, from: cache.folder.openFolder(fresh))
    try disk.removeRecursively(fresh, in: cache.folder)
    try disk.synchronize(cache.folder)
  }

  private static func open(_ path: [String], in view: Folder) throws(DiskError) -> Folder {
    try view.openFolder(at: path.map { StoreLayout.component($0) })
  }

  private static func fileName(_ file: TreeFile) -> FileName {
    StoreLayout.component(file.path.components.last ?? "")
  }
}
