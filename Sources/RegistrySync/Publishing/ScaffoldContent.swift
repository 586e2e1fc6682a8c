import Disk
import ObjectStore
import RegistryModel
import Synchronization

/// The plugins of a plan with only those files that clients take and install.
struct ScaffoldContent {
  private(set) var plugins: [ScaffoldPlan.Plugin] = []
  private(set) var leftOut: [ScaffoldReport.LeftOut] = []
  private(set) var warnings: [ScaffoldReport.Warning] = []
  /// The files that are taken, by their paths in the folder.
  private(set) var files: [String: RegistryFolder.File] = [:]

  private let source: ScaffoldSource
  private let policy: Policy

  /// Reads every file that a plugin wants.
  ///
  /// - Throws: `DiskError`.
  init(_ source: ScaffoldSource, policy: Policy) throws {
    (self.source, self.policy) = (source, policy)
    let reasons = try readFiles()
    for plugin in source.plan.plugins { add(plugin, reasons) }
    let kept = Set(plugins.flatMap { $0.assets.map(\.source) })
    for (path, reason) in reasons where !kept.contains(path) {
      leftOut.append(.init(path: path, reason: reason))
    }
    try findMentions()
  }

  /// Checks all files; returns why those are not taken that are not.
  private mutating func readFiles() throws -> [String: ScaffoldReport.Reason] {
    var reasons: [String: ScaffoldReport.Reason] = [:]
    var wanted: [String: ManifestPath] = [:]
    let (rules, plugins) = (PublishedFileRules(limits: policy.limits), PluginRules(policy))
    for asset in source.plan.plugins.flatMap(\.assets) where wanted[asset.source] == nil {
      guard let path = try? ManifestPath(parsing: asset.source) else { continue }
      do throws(PluginContentError) { try plugins.checkPlace(of: asset.path) } catch {
        reasons[asset.source] = .refused(error)
        continue
      }
      wanted[asset.source] = path
    }
    let (files, problems) = try RegistryFolder.read(Array(wanted.values), below: source.folder, rules: rules)
    for problem in problems { if let path = problem.path { reasons[path] = .problem(problem) } }
    self.files = Dictionary(files.map { ($0.path.description, $0) }, uniquingKeysWith: { first, _ in first })
    return reasons
  }

  private mutating func add(_ plugin: ScaffoldPlan.Plugin, _ reasons: [String: ScaffoldReport.Reason]) {
    let lost = Set(plugin.units.map(\.main).filter { files[$0] == nil })
    var kept = plugin
    kept.assets = plugin.assets.filter { files[$0.source] != nil && !lost.contains($0.main) }
    for asset in plugin.assets where lost.contains(asset.main) && reasons[asset.source] == nil {
      leftOut.append(.init(path: asset.source, reason: .withoutMain(asset.main)))
    }
    guard !kept.assets.isEmpty else { return }
    let limits = policy.limits
    let size = kept.assets.compactMap { files[$0.source]?.size }.clampedSum()
    // Its manifest counts as well: about a line for each file.
    let manifestBytes = Int64(kept.assets.map { $0.path.description.utf8.count + 8 }.reduce(4096, +))
    let refusal: PluginContentError? =
      if kept.assets.count + 1 > min(limits.maxPluginFiles, Limits.maxPluginAssets) {
        .tooManyFiles(count: kept.assets.count + 1, limit: limits.maxPluginFiles)
      } else if size.addingClamped(manifestBytes) > limits.maxPluginBytes {
        .tooLarge(limit: limits.maxPluginBytes)
      } else { nil }
    if let refusal {
      let slug = plugin.slug.description
      leftOut += kept.assets.map { .init(path: $0.source, reason: .ofPlugin(slug, refusal)) }
    } else {
      plugins.append(kept)
    }
  }

  /// Warns where a text names a file that is there and that its plugin does not have.
  private mutating func findMentions() throws {
    let (source, limit) = (source, Int(policy.limits.maxFileBytes))
    let plugins = plugins
    // Also what is left out by its name, or is a link, can be named.
    let known = SourceFiles(
      sorting: source.files.paths + source.leftOut.map(\.path).filter { !$0.hasSuffix("/") }
    )
    let found = Mutex<[Int: [ScaffoldReport.Warning]]>([:])
    try Parallel.forEach(count: plugins.count) { index in
      let plugin = plugins[index]
      let own = Set(plugin.assets.map(\.source))
      var warnings: [ScaffoldReport.Warning] = []
      for asset in plugin.assets where Self.isText(asset.source) {
        guard let path = try? ManifestPath(parsing: asset.source) else { continue }
        let bytes = try source.folder.openFile(path).readAll(limit: limit)
        let roots = [SourcePath.parent(asset.main), plugin.source]
        let named = FileMentions.find(in: bytes, at: asset.source, roots: roots, among: known)
        warnings += named.filter { !own.contains($0) }
          .map { .mention(of: $0, in: asset.source, plugin: plugin.slug.description) }
      }
      if !warnings.isEmpty { found.withLock { $0[index] = warnings } }
    }
    let all = found.withLock { $0 }
    for index in plugins.indices { warnings += all[index] ?? [] }
  }

  private static func isText(_ path: String) -> Bool {
    [".md", ".mdc", ".txt"].contains { path.hasSuffix($0) }
  }
}
