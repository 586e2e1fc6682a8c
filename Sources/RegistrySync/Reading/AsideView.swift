import Disk
import ObjectStore
import Synchronization

/// What a view that is being written has already.
struct BegunView: Sendable {
  /// The files that need not be written, by their paths, with the ids of their bytes.
  var files: [TreePath: ObjectID] = [:]
  /// Those of them that were flushed when they were in place before.
  var durable: Set<TreePath> = []
  /// The folders that lost a name, by their paths in the view.
  var trimmed: Set<[String]> = []

  /// The files of a view that are yet to be made durable.
  func unflushed(of content: ViewContent) -> [TreeFile] {
    content.files.filter { !durable.contains($0.path) }
  }

  /// The folders whose entries are yet to be made durable, the view itself among them, the deepest first.
  func unflushedFolders(of files: [TreeFile]) -> [[String]] {
    var folders: Set<[String]> = [[]]
    for folder in ViewGroup.groups(of: files).map(\.folder) + trimmed {
      var path = folder
      // A folder that is here already was entered with all above it.
      while folders.insert(path).inserted { path.removeLast() }
    }
    return folders.sorted { $0.count > $1.count }
  }
}

/// The view that was left aside, as the beginning of the next one: what differs is removed, and the rest is not touched.
///
/// Nobody is promised that view any longer (DESIGN section 3.2). A file stays if its mark, or else its bytes, show that the
/// next view has it just so.
struct AsideView: Sendable {
  /// The most bytes of a file that is read to see whether it can stay; linking or writing a large one costs less.
  fileprivate static let maxReadBytes: Int64 = 1 << 20

  /// What the next view can have of it.
  private(set) var begun = BegunView()
  /// The names that it does not have, by their folders.
  private var surplus: [(folder: [FileName], names: [FileName])] = []

  /// Finds out what the next view can have; nothing is changed.
  ///
  /// `marks`: Those of the view when it was in place. Nil where it is not as it was made: a folder has other permissions.
  ///
  /// - Throws: `DiskError`.
  init?(_ view: Folder, as content: ViewContent, knowing marks: ViewIndex) throws(DiskError) {
    let plans = Plan.list(content)
    let survey = AsideSurvey(index: marks)
    let found = Mutex<[(plan: Plan, outcome: AsideSurvey.Outcome)]?>([])
    let chunk = ViewIndex.chunk
    try Parallel.forEach(count: (plans.count + chunk - 1) / chunk) { (turn) throws(DiskError) in
      var cursor = FolderCursor(below: view)
      for plan in plans[(turn * chunk)..<min(plans.count, (turn + 1) * chunk)] {
        try Cancellation.check()
        guard let folder = try Self.find(plan.path, &cursor) else { continue }
        let outcome = try survey.look(folder, plan)
        found.withLock { found in
          if let outcome { found?.append((plan, outcome)) } else { found = nil }
        }
      }
    }
    guard let found = found.withLock({ $0 }) else { return nil }
    for (plan, outcome) in found {
      for file in outcome.kept { begun.files[file.path] = file.id }
      begun.durable.formUnion(outcome.durable)
      guard !outcome.surplus.isEmpty else { continue }
      begun.trimmed.insert(plan.path.map(\.string))
      surplus.append((plan.path, outcome.surplus))
    }
  }

  /// The folder, or nil where it is not there: whatever else has the name of it is surplus in the folder around it.
  private static func find(_ path: [FileName], _ cursor: inout FolderCursor) throws(DiskError) -> Folder? {
    do throws(DiskError) {
      return try cursor.find(path)
    } catch {
      guard error.isWrongKind else { throw error }
      return nil
    }
  }

  /// Removes what the next view does not have.
  ///
  /// `view`: The same folder.
  ///
  /// - Throws: `DiskError`; some of it is then removed.
  func trim(_ view: Folder, on disk: any Disk) throws(DiskError) {
    let surplus = surplus
    try Parallel.forEach(count: surplus.count) { (index) throws(DiskError) in
      let folder = try view.openFolder(at: surplus[index].folder)
      for name in surplus[index].names { try disk.removeRecursively(name, in: folder) }
    }
  }

  /// A folder of the next view.
  fileprivate struct Plan: Sendable {
    let path: [FileName]
    var folders: Set<FileName> = []
    var files: [FileName: TreeFile] = [:]

    /// All folders, neighbours beside one another.
    static func list(_ content: ViewContent) -> [Plan] {
      var plans: [[FileName]: Plan] = [[]: Plan(path: [])]
      for group in content.groups {
        let path = group.folder.map { StoreLayout.component($0) }
        for (depth, name) in path.enumerated() {
          let outer = Array(path[..<depth])
          plans[outer, default: Plan(path: outer)].folders.insert(name)
        }
        for file in group.files {
          let name = StoreLayout.component(file.path.components.last ?? "")
          plans[path, default: Plan(path: path)].files[name] = file
        }
      }
      return plans.values.sorted { left, right in
        left.path.lexicographicallyPrecedes(right.path) { $0.bytes.lexicographicallyPrecedes($1.bytes) }
      }
    }
  }
}

/// Compares folders of a view with those of the next one.
private struct AsideSurvey: Sendable {
  let index: ViewIndex
  private let positions: [[FileName]: Int]

  init(index: ViewIndex) {
    self.index = index
    positions = index.positionsByPath
  }

  /// What one folder has.
  struct Outcome: Sendable {
    /// Files of the next view.
    var kept: [TreeFile] = []
    /// Those of them that were flushed when they were in place.
    var durable: [TreePath] = []
    /// Names that the next view does not have, or not so; `checksums.json` is always one of them.
    var surplus: [FileName] = []
  }

  /// Nil where the folder has other permissions than it was made with, or was made by somebody else.
  func look(_ folder: Folder, _ plan: AsideView.Plan) throws(DiskError) -> Outcome? {
    guard let position = positions[plan.path], let found = FileMark(try folder.attributes()),
      found.mode == index.sections[position].mark.mode
    else { return nil }
    let marks = index.marks(in: position)
    var outcome = Outcome()
    let names = if let marked = namesAsMarked(position, found) { marked } else { try folder.names() }
    for name in names {
      guard let file = plan.files[name] else {
        if plan.folders.contains(name), try folder.findAttributes(name)?.kind == .folder { continue }
        outcome.surplus.append(name)
        continue
      }
      switch try proof(of: file, name, in: folder, marks) {
      case .mark: outcome.durable.append(file.path)
      case .bytes: break
      case nil:
        outcome.surplus.append(name)
        continue
      }
      outcome.kept.append(file)
    }
    return outcome
  }

  /// The names in a folder as the index has them, if the folder is as it was; else nil.
  private func namesAsMarked(_ position: Int, _ found: FileMark) -> [FileName]? {
    let section = index.sections[position]
    guard section.mark.changeTime < index.settled, section.mark == found else { return nil }
    return section.files.map(\.name) + index.folders(in: position)
  }

  /// What shows that a file is the one of the next view.
  private enum Proof { case mark, bytes }

  private func proof(
    of file: TreeFile,
    _ name: FileName,
    in folder: Folder,
    _ marks: ViewIndex.Marks
  ) throws(DiskError) -> Proof? {
    do throws(DiskError) {
      switch try marks.content(of: name, in: folder) {
      case file.id: return .mark
      case .some: return nil
      case nil: break
      }
      guard file.size <= AsideView.maxReadBytes else { return nil }
      return try ViewCheck.has(file.id, name, file.size, in: folder) ? .bytes : nil
    } catch {
      // What cannot be read is written anew.
      if error.isOfTheProcess { throw error }
      return nil
    }
  }
}
