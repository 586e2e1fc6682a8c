import Disk
import ObjectStore
import Synchronization

/// What the view in place, and the one before it that was left aside, can give to the next view without being read.
///
/// Folders that are the same in the view left aside are taken whole, by a rename: nobody is promised that one. Files that
/// are the same in the view in place are linked. A file is the same if the index of its view says so and its mark is
/// still right. Safe to use from several threads.
final class ViewStock: Sendable {
  private let place: ViewIndex?
  private let aside: ViewIndex?
  /// The sections of the view in place, by path.
  private let positions: [[FileName]: Int]
  private let linked = Mutex<[Int: Set<FileName>]>([:])

  /// `place` and `aside`: The indexes of the two views; nil where there is none.
  init(place: ViewIndex?, aside: ViewIndex?) {
    (self.place, self.aside) = (place, aside)
    positions = Dictionary(
      (place?.sections ?? []).enumerated().map { ($1.path, $0) },
      uniquingKeysWith: { first, _ in first }
    )
  }

  // MARK: Files of the view in place

  /// The marks of the files in a folder of the view in place.
  func marks(in folder: [String]) -> Marks {
    guard let place, let position = positions[folder.map { StoreLayout.component($0) }] else {
      return Marks(position: 0, settled: 0, files: [:])
    }
    let files = place.sections[position].files.map { ($0.name, $0) }
    return Marks(
      position: position,
      settled: place.settled,
      files: Dictionary(files, uniquingKeysWith: { first, _ in first })
    )
  }

  /// The marks of the files in one folder.
  struct Marks: Sendable {
    fileprivate let position: Int
    fileprivate let settled: Int64
    fileprivate let files: [FileName: ViewIndex.File]

    /// Whether a file in the folder has this content, as its mark shows.
    func show(_ id: ObjectID, _ name: FileName, in folder: Folder) throws(DiskError) -> Bool {
      guard let file = files[name], file.id == id, file.mark.changeTime < settled else { return false }
      return file.mark.matches(try folder.findAttributes(name))
    }
  }

  /// Notes that a file got another name, which changed its change time.
  func noteLink(_ name: FileName, in marks: Marks) {
    linked.withLock { _ = $0[marks.position, default: []].insert(name) }
  }

  // MARK: Folders of the view left aside

  /// Moves the folders that are the same in the next view.
  ///
  /// - Returns: The files in them.
  /// - Throws: `DiskError`; what was moved until then is gone from the view left aside.
  func takeFolders(
    for content: ViewContent,
    from old: Folder?,
    into fresh: Folder,
    on disk: any Disk
  ) throws(DiskError) -> [TreePath: ObjectID] {
    guard let aside, let old else { return [:] }
    let isSame = try sameFolders(aside, in: old, for: content)
    var taken: Set<[FileName]> = []
    var last: [FileName]?
    for (section, isSame) in zip(aside.sections, isSame) where isSame && !section.path.isEmpty {
      if let last, section.path.starts(with: last) { continue }
      guard try move(section.path, from: old, into: fresh, on: disk) else { continue }
      taken.insert(section.path)
      last = section.path
    }
    var files: [TreePath: ObjectID] = [:]
    for group in taken.isEmpty ? [] : content.groups {
      let path = group.folder.map { StoreLayout.component($0) }
      guard path.indices.contains(where: { taken.contains(Array(path[...$0])) }) else { continue }
      for file in group.files { files[file.path] = file.id }
    }
    return files
  }

  /// For each section of the view left aside, whether the next view has all of it just so.
  private func sameFolders(
    _ aside: ViewIndex,
    in old: Folder,
    for content: ViewContent
  ) throws(DiskError) -> [Bool] {
    let wanted = Dictionary(
      ViewIndex.plans(of: content).map { ($0.path, $0.files) },
      uniquingKeysWith: { first, _ in first }
    )
    var folders: [[FileName]: Int] = [:]
    for path in wanted.keys where !path.isEmpty { folders[Array(path.dropLast()), default: 0] += 1 }
    var isSame = try ViewIndexCheck(index: aside, objectLimit: 0).sameSections(in: old)
    // The folders in a folder stand behind it, so they are known before it.
    for position in aside.sections.indices.reversed() where isSame[position] {
      let section = aside.sections[position]
      let inner = aside.positions(ofFoldersIn: position)
      isSame[position] =
        wanted[section.path].map { files in
          files.elementsEqual(section.files) { $0.name == $1.name && $0.id == $1.id }
        } == true
        && folders[section.path, default: 0] == inner.count && inner.allSatisfy { isSame[$0] }
    }
    return isSame
  }

  /// Moves one folder; false where that is not possible, and its files are linked or written instead.
  private func move(
    _ path: [FileName],
    from old: Folder,
    into fresh: Folder,
    on disk: any Disk
  ) throws(DiskError) -> Bool {
    guard let name = path.last else { return false }
    do {
      var target = fresh
      for outer in path.dropLast() { target = try disk.ensureFolder(outer, in: target) }
      try disk.rename(name, in: old.openFolder(at: path.dropLast()), to: name, in: target)
      return true
    } catch {
      if error.isOfTheProcess { throw error }
      return false
    }
  }

  // MARK: The view that was in place

  /// The index of the view that was in place, by which the view after the next one can take folders of it.
  ///
  /// `settled`: What changed later was not seen.
  ///
  /// - Throws: `DiskError`.
  func indexOfReplaced(in old: Folder, settled: Int64) throws(DiskError) -> ViewIndex? {
    guard let place else { return nil }
    let links = linked.withLock { $0 }
    var cursor = FolderCursor(below: old)
    var sections: [ViewIndex.Section] = []
    for (position, section) in place.sections.enumerated() {
      guard let folder = try cursor.find(section.path) else { return nil }
      // The view's own folder was renamed, and is not taken.
      if !section.path.isEmpty, try !section.mark.matches(folder.attributes()) { return nil }
      var files: [ViewIndex.File] = []
      for file in section.files {
        // Without a new mark a file keeps its old one: if that is wrong by now, the folder is not taken. It must not be
        // left out, because the folder would then be taken for one that never had the file.
        var mark = file.mark
        if links[position]?.contains(file.name) == true,
          let found = try folder.findAttributes(file.name).flatMap({ FileMark($0) }),
          found.isSameButForTime(as: mark)
        {
          mark = found
        }
        files.append(ViewIndex.File(name: file.name, id: file.id, mark: mark))
      }
      sections.append(ViewIndex.Section(path: section.path, mark: section.mark, files: files))
    }
    return ViewIndex(view: place.view, settled: settled, sections: sections, objects: [])
  }
}
