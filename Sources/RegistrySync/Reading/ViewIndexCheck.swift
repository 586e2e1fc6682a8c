import Disk
import ObjectStore
import Synchronization

/// Finds out whether all that an index has marks of is as it was: one look at each file, and nothing is read.
///
/// What changed so shortly before its mark was taken that another change may have got the same time is read once more.
struct ViewIndexCheck {
  let index: ViewIndex
  /// The most bytes that an object may have when it is unpacked.
  let objectLimit: Int64

  /// Where nothing changed, the index to be believed from now on; nil where something did, or cannot be looked at.
  ///
  /// - Throws: `DiskError` of this process: it was cancelled, or has no descriptors left.
  func run(view: Folder, store: ObjectStore) throws(DiskError) -> ViewIndex? {
    // Before anything is looked at: a change while this runs gets a later time.
    let now = FileTime.settled()
    guard try areSame(in: view), try areSame(in: store) else { return nil }
    var proven = index
    if hasUnsettled { proven.settled = now }
    return proven
  }

  private var hasUnsettled: Bool {
    index.sections.contains { section in
      isUnsettled(section.mark) || section.files.contains { isUnsettled($0.mark) }
    } || index.stored?.loose.contains { isUnsettled($0.mark) } == true
  }

  private func isUnsettled(_ mark: FileMark) -> Bool { mark.changeTime >= index.settled }

  /// Calls `body` for ranges of indices on several threads, until it returns false.
  private func allHold(
    _ count: Int,
    _ body: @Sendable (Range<Int>) throws(DiskError) -> Bool
  ) throws(DiskError) -> Bool {
    let isOther = Mutex(false)
    let chunk = ViewIndex.chunk
    try Parallel.forEach(count: (count + chunk - 1) / chunk) { (turn) throws(DiskError) in
      if isOther.withLock({ $0 }) { return }
      try Cancellation.check()
      let holds = try Self.holds((turn * chunk)..<min(count, (turn + 1) * chunk), body)
      if !holds { isOther.withLock { $0 = true } }
    }
    return !isOther.withLock { $0 }
  }

  private static func holds(
    _ range: Range<Int>,
    _ body: (Range<Int>) throws(DiskError) -> Bool
  ) throws(DiskError) -> Bool {
    do {
      return try body(range)
    } catch {
      if error.isOfTheProcess { throw error }
      // The long way meets it again, and says what it means.
      return false
    }
  }

  // MARK: The view

  private func areSame(in view: Folder) throws(DiskError) -> Bool {
    try allHold(index.sections.count) { (range) throws(DiskError) in
      var cursor = FolderCursor(below: view)
      for position in range {
        guard let folder = try cursor.find(index.sections[position].path),
          try isSame(position, in: folder)
        else { return false }
      }
      return true
    }
  }

  private func isSame(_ position: Int, in folder: Folder) throws(DiskError) -> Bool {
    let section = index.sections[position]
    guard section.mark.matches(try folder.attributes()) else { return false }
    for file in section.files {
      guard file.mark.matches(try folder.findAttributes(file.name)) else { return false }
      if isUnsettled(file.mark), try !ViewCheck.has(file.id, file.name, file.mark.size, in: folder) {
        return false
      }
    }
    guard isUnsettled(section.mark) else { return true }
    return Set(try folder.names()) == Set(section.files.map(\.name) + index.folders(in: position))
  }

  // MARK: The objects

  private func areSame(in store: ObjectStore) throws(DiskError) -> Bool {
    guard let stored = index.stored else { return true }
    for pack in stored.packs where try !isSamePack(pack, in: store) { return false }
    return try allHold(stored.loose.count) { (range) throws(DiskError) in
      for position in range where try !isSame(stored.loose[position], in: store) { return false }
      return true
    }
  }

  private func isSamePack(_ pack: ViewIndex.Object, in store: ObjectStore) throws(DiskError) -> Bool {
    // Reading all of a pack would be the long way.
    if isUnsettled(pack.mark) { return false }
    do {
      return pack.mark.matches(try store.findPackAttributes(pack.id))
    } catch {
      if case .disk(let failure) = error { throw failure }
      return false
    }
  }

  private func isSame(_ object: ViewIndex.Object, in store: ObjectStore) throws(DiskError) -> Bool {
    do {
      guard object.mark.matches(try store.findAttributes(object.id)) else { return false }
      if isUnsettled(object.mark) { try store.verify(object.id, size: nil, limit: objectLimit) }
      return true
    } catch {
      if case .disk(let failure) = error { throw failure }
      return false
    }
  }
}
