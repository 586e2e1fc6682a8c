import Disk
import ObjectStore
import Synchronization

/// What the view in place, and the one before it that was left aside, can give to the next view without being read.
///
/// The view left aside is where the next one begins (`AsideView`). What that one lacks and the view in place has is
/// linked, if its mark shows that it is the same. Safe to use from several threads.
final class ViewStock: Sendable {
  private let place: ViewIndex?
  /// The marks of the view that was left aside; nil where there are none.
  let aside: ViewIndex?
  private let positions: [[FileName]: Int]
  private let linked = Mutex<[Int: Set<FileName>]>([:])

  /// `place` and `aside`: The indexes of the two views; nil where there is none.
  init(place: ViewIndex?, aside: ViewIndex?) {
    (self.place, self.aside) = (place, aside)
    positions = place?.positionsByPath ?? [:]
  }

  /// The marks of the files in a folder of the view in place.
  func marks(in folder: [String]) -> ViewIndex.Marks? {
    guard let place, let position = positions[folder.map { StoreLayout.component($0) }] else { return nil }
    return place.marks(in: position)
  }

  /// Notes that a file got another name, which changed its change time.
  func noteLink(_ name: FileName, in marks: ViewIndex.Marks) {
    linked.withLock { _ = $0[marks.position, default: []].insert(name) }
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
    return ViewIndex(view: place.view, settled: settled, sections: sections, stored: nil)
  }
}
