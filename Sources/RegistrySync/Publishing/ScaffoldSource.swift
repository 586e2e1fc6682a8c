import Disk
import Formats
import ObjectStore
import RegistryModel
import Synchronization

/// A folder from which a registry is made, with the plugins that were found in it.
struct ScaffoldSource {
  let folder: Folder
  let files: SourceFiles
  let plan: ScaffoldPlan
  private(set) var leftOut: [ScaffoldReport.LeftOut]
  private(set) var warnings: [ScaffoldReport.Warning]
  /// What ignore files leave out though it has skills or plugins.
  let hidden: [HiddenUnits]

  /// Lists the folder and plans its plugins.
  ///
  /// `output`: The folder of the registry below this one; empty where it is the same, nil where it lies elsewhere.
  ///
  /// - Throws: `DiskError`.
  init(_ folder: Folder, output: String?, options: Scaffolder.Options, defaults: ScaffoldPlan.Defaults) throws
  {
    self.folder = folder
    let listing = try FolderListing(
      folder,
      ignoreFile: options.ignoresIgnoreFiles ? nil : ProjectLayout.gitignore,
      builtIn: .ofScaffold(excluding: options.excluded)
    )
    leftOut = listing.leftOut.map { .init(path: $0.path, reason: .ignored($0.reason)) }
    leftOut += listing.problems.map { .init(path: $0.path ?? "", reason: .problem($0)) }
    hidden = try HiddenUnitSearch(folder, output: output).run(listing.leftOut)
    var paths: [ManifestPath] = []
    var registry: [String] = []
    for path in listing.files {
      if Self.isOfRegistry(path.description, output: output) {
        registry.append(path.description)
      } else {
        paths.append(path)
      }
    }
    leftOut += registry.map { .init(path: $0, reason: .registry) }
    let source = SourceFiles(paths)
    files = source
    let reader = SourceReaderOfTexts(folder: folder)
    let declarations = try PluginDeclarations(source, read: reader.read)
    let scan = try UnitScan(
      source,
      pluginRoots: Set(declarations.plugins.map(\.root)),
      readHead: reader.readHead
    )
    leftOut += scan.rest.map { .init(path: $0.path, reason: .rule($0.rule)) }
    var heads: [String: MarkdownHead] = [:]
    for unit in scan.units { heads[unit.main] = try reader.readHead(unit.main) }
    plan = try ScaffoldPlan(
      scan.units,
      declared: declarations.plugins,
      heads: heads,
      defaults: defaults,
      isSame: reader.isSame
    )
    warnings = plan.notes.map { .note($0) } + declarations.remote.map { .remote($0) }
    warnings += hidden.map { .hidden($0) }
    warnings += declarations.unreadable.map { .unreadable(path: $0.place, $0.problem) }
    leftOut += plan.badPaths.map { .init(path: $0.source, reason: .place($0.problem)) }
    for case .sameContent(let root, let first) in plan.notes {
      let all = scan.units.first { $0.root == root }?.files ?? []
      leftOut += all.map { .init(path: $0, reason: .sameContent(as: first)) }
    }
  }

  private static func isOfRegistry(_ path: String, output: String?) -> Bool {
    guard let output else { return false }
    if !output.isEmpty { return SourcePath.isBelow(path, output) }
    let own = [
      ModelNames.catalog, ModelNames.manifest, ProjectLayout.publishIgnore.string,
      ProjectLayout.scaffoldRecord.string,
    ]
    return own.contains(path) || SourcePath.isBelow(path, "catalog")
  }
}

/// Reads texts of a folder for the recognition of what they are.
private struct SourceReaderOfTexts {
  /// Declarations and heads are far smaller.
  private static let maxBytes = 4 << 20

  let folder: Folder

  /// - Throws: `DiskError`.
  func read(_ path: String) throws -> [UInt8] {
    guard let path = try? ManifestPath(parsing: path) else { return [] }
    let file = try folder.openFile(path)
    guard file.attributes.size <= Self.maxBytes else { return [] }
    return try file.readAll(limit: Self.maxBytes)
  }

  func readHead(_ path: String) throws -> MarkdownHead? { MarkdownHead(of: try read(path)) }

  /// Whether two units have the same files with the same bytes; asked only where their places collide.
  func isSame(_ left: SourceUnit, _ right: SourceUnit) throws -> Bool {
    let names = { (unit: SourceUnit) in
      unit.kind == .skill ? unit.files.map { SourcePath.relative($0, to: unit.root) } : [unit.place]
    }
    guard left.kind == right.kind, names(left) == names(right) else { return false }
    for (first, second) in zip(left.files, right.files) {
      guard try read(first) == read(second) else { return false }
    }
    return true
  }
}
