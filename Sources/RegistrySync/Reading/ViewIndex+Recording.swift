import Disk
import ObjectStore
import RegistryModel
import Synchronization

/// A view that was proven, or put in place, in this operation.
struct ShownView: Sendable {
  let content: ViewContent
  /// What changed at this time or later, in nanoseconds since 1970, was not seen.
  let settled: Int64
}

extension ViewIndex {
  /// How many folders one thread takes at a time.
  static let chunk = 32

  /// Takes the marks of a view.
  ///
  /// Nil where a file or folder is not there, or is something else: somebody changes the view just now.
  ///
  /// - Throws: `DiskError`.
  init?(of shown: ShownView, in view: Folder, _ stored: Stored?) throws(DiskError) {
    let plans = Self.plans(of: shown.content)
    let found = Mutex([Section?](repeating: nil, count: plans.count))
    try Parallel.forEach(count: (plans.count + Self.chunk - 1) / Self.chunk) { (turn) throws(DiskError) in
      var cursor = FolderCursor(below: view)
      for index in (turn * Self.chunk)..<min(plans.count, (turn + 1) * Self.chunk) {
        try Cancellation.check()
        let section = try Self.section(plans[index], &cursor)
        found.withLock { $0[index] = section }
      }
    }
    let sections = found.withLock { $0 }.compactMap(\.self)
    guard sections.count == plans.count else { return nil }
    self.init(
      view: ObjectID(hashing: shown.content.checksums),
      settled: shown.settled,
      sections: sections,
      stored: stored
    )
  }

  /// A folder of which the marks are to be taken.
  struct Plan: Sendable {
    let path: [FileName]
    var files: [(name: FileName, id: ObjectID)] = []
  }

  /// All folders of a view, each before the folders in it.
  static func plans(of content: ViewContent) -> [Plan] {
    var files: [[String]: [(name: FileName, id: ObjectID)]] = [
      []: [(ProjectLayout.checksums, ObjectID(hashing: content.checksums))]
    ]
    for group in content.groups {
      for depth in group.folder.indices { files[Array(group.folder[..<depth]), default: []] += [] }
      files[group.folder, default: []] += group.files.map {
        (StoreLayout.component($0.path.components.last ?? ""), $0.id)
      }
    }
    // Name by name, so that whatever is in a folder follows it at once.
    return files.sorted { left, right in
      left.key.lexicographicallyPrecedes(right.key) { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }
    .map { Plan(path: $0.key.map { StoreLayout.component($0) }, files: $0.value) }
  }

  private static func section(_ plan: Plan, _ cursor: inout FolderCursor) throws(DiskError) -> Section? {
    do throws(DiskError) {
      guard let folder = try cursor.find(plan.path), let mark = FileMark(try folder.attributes()) else {
        return nil
      }
      var files: [File] = []
      files.reserveCapacity(plan.files.count)
      for file in plan.files {
        guard let mark = try folder.findAttributes(file.name).flatMap({ FileMark($0) }), !mark.isFolder else {
          return nil
        }
        files.append(File(name: file.name, id: file.id, mark: mark))
      }
      return Section(path: plan.path, mark: mark, files: files)
    } catch {
      guard error.isWrongKind else { throw error }
      return nil
    }
  }
}

extension ViewIndex.Stored {
  /// Takes the marks of the store's own files that hold a snapshot.
  ///
  /// `ids`: The snapshot, its trees and its files. Nil where the store itself does not have one of them.
  ///
  /// - Throws: `ObjectStoreError`.
  init?(of snapshot: ObjectID, _ ids: [ObjectID], in store: ObjectStore) throws {
    guard let files = try store.findFiles(of: ids), let packs = Self.marks(files.packs),
      let loose = Self.marks(files.loose)
    else { return nil }
    self.init(snapshot: snapshot, packs: packs, loose: loose)
  }

  /// The marks, by id; nil where something is no file.
  private static func marks(_ files: [ObjectID: FileAttributes]) -> [ViewIndex.Object]? {
    var marks: [ViewIndex.Object] = []
    for (id, attributes) in files.sorted(by: { $0.key < $1.key }) {
      guard let mark = FileMark(attributes), !mark.isFolder else { return nil }
      marks.append(ViewIndex.Object(id: id, mark: mark))
    }
    return marks
  }
}
