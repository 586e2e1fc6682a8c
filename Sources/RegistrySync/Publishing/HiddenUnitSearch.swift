import Disk
import ObjectStore
import RegistryModel

/// Looks for skills and plugins in what ignore files leave out, so that a maintainer is told which line hides them.
struct HiddenUnitSearch {
  /// The number of names that are looked at in all; build folders may have any number.
  private static let maxNames = 20_000
  private static let maxDepth = 32
  private static let marks = ["SKILL.md", "marketplace.json", "plugin.json"]

  private let root: Folder
  /// The folder of the registry in the source; it has copies of skills.
  private let output: String?
  private let always = IgnoreChain(builtIn: .ofScaffold(excluding: []))

  init(_ root: Folder, output: String?) {
    (self.root, self.output) = (root, output)
  }

  /// What of this has skills or plugins in it; what a caller excludes and the rules that always apply name is not looked at.
  ///
  /// - Throws: `DiskError`.
  func run(_ leftOut: [LeftOut]) throws -> [HiddenUnits] {
    var left = Self.maxNames
    return try leftOut.sorted { $0.path < $1.path }
      .compactMap { item in
        guard case .ignoreFile = item.reason else { return nil }
        let isFolder = item.path.hasSuffix("/")
        let path = isFolder ? String(item.path.dropLast()) : item.path
        let count = isFolder ? try count(in: path, &left) : Self.isMark(path) ? 1 : 0
        return count > 0 ? HiddenUnits(path: item.path, reason: item.reason, count: count) : nil
      }
  }

  private static func isMark(_ path: String) -> Bool {
    let name = SourcePath.name(path)
    return marks.contains(name)
      && (name == marks[0] || SourcePath.name(SourcePath.parent(path)) == ".claude-plugin")
  }

  private func count(in start: String, _ left: inout Int) throws -> Int {
    var count = 0
    var waiting = [start]
    while let path = waiting.popLast(), left > 0 {
      if always.reason(toLeaveOut: path, isFolder: true) != nil || path == output { continue }
      let names = SourcePath.names(path).compactMap { FileName($0) }
      guard names.count <= Self.maxDepth, let folder = try root.findFolder(at: names) else { continue }
      for name in try folder.names() {
        try Cancellation.check()
        left -= 1
        let inner = SourcePath.join(path, name.string)
        switch try folder.findAttributes(name)?.kind {
        case .folder: waiting.append(inner)
        case .file: if Self.isMark(inner) { count += 1 }
        case .link, .other, nil: break
        }
      }
    }
    return count
  }
}
