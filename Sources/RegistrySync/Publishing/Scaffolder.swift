package import Disk
import Formats
import ObjectStore
package import RegistryModel
package import SystemPackage

/// Makes a folder that can be published of skills, agents, commands and rules that are there already.
///
/// The files of a plugin are copied to where a registry has them, so that every reader of the format, and every static
/// web host, finds them; nothing of the source changes.
package struct Scaffolder {
  /// What a scaffold is told besides the folder.
  package struct Options: Sendable {
    /// Patterns in the syntax of ignore files, of what is not taken.
    package var excluded: [String] = []
    /// Whether what `.gitignore` files leave out is taken all the same.
    package var ignoresIgnoreFiles = false
    package var defaults = ScaffoldPlan.Defaults()
    /// What the catalog says of itself.
    package var description = "Skills, agents and commands"
    /// Whether nothing is written.
    package var isDryRun = false

    package init() {}
  }

  private let source: FilePath
  private let output: FilePath
  private let disk: any Disk
  private let policy = Policy()

  /// Takes absolute paths.
  ///
  /// `output`: The folder of the registry, which is made if it is not there; nil for the source itself.
  package init(source: FilePath, output: FilePath?, disk: any Disk) {
    self.source = source.lexicallyNormalized()
    self.output = (output ?? source).lexicallyNormalized()
    self.disk = disk
  }

  /// Plans the registry, and writes it unless that is a dry run.
  ///
  /// - Throws: `ScaffoldError`, `DiskError`.
  package func run(_ options: Options) throws -> ScaffoldReport {
    guard let description = ScaffoldText.line(options.description, maxBytes: 1000) else {
      throw ScaffoldError.emptyText
    }
    let folder = try Folder.open(source)
    var defaults = options.defaults
    defaults.author = try Self.line(defaults.author)
    defaults.version = try Self.line(defaults.version)
    defaults.name = source.lastComponent.flatMap { ScaffoldText.slug($0.string) } ?? defaults.name
    let existing = try findOutput()
    let written = try ScaffoldOutput(existing)
    defaults.earlier = written.names
    let found = try ScaffoldSource(
      folder,
      output: outputBelowSource,
      options: options,
      defaults: defaults
    )
    let content = try ScaffoldContent(found, policy: policy)
    guard !content.plugins.isEmpty || !found.plan.plugins.isEmpty else {
      throw ScaffoldError.nothingFound(source, hidden: found.hidden)
    }
    var report = ScaffoldReport(output: output)
    report.leftOut = found.leftOut + content.leftOut
    report.warnings = found.warnings + content.warnings
    let files = try files(of: content, description: description, in: written, &report)
    let changes = try written.compare(files)
    if !options.isDryRun {
      let target = try existing ?? makeOutput()
      try ScaffoldOutput.apply(
        changes,
        naming: found.plan.names,
        in: target,
        from: folder,
        disk: disk
      )
    }
    fill(&report, content, changes)
    if changes.kept.contains(ModelNames.catalog) { try addUnlisted(to: &report, written) }
    return report
  }

  private static func line(_ text: String) throws -> String {
    guard let line = ScaffoldText.line(text, maxBytes: Limits.maxNameBytes) else {
      throw ScaffoldError.emptyText
    }
    return line
  }

  /// Where the registry lies below the source; empty for the same folder, nil for one elsewhere.
  private var outputBelowSource: String? {
    guard output.starts(with: source) else { return nil }
    return output.components.dropFirst(source.components.count).map(\.string).joined(separator: "/")
  }

  private func findOutput() throws -> Folder? {
    do throws(DiskError) { return try Folder.open(output) } catch {
      guard error.code == .noSuchFileOrDirectory else { throw error }
      return nil
    }
  }

  private func makeOutput() throws -> Folder {
    guard let name = output.lastComponent.flatMap({ FileName($0.string) }) else {
      return try Folder.open(output)
    }
    return try disk.ensureFolder(name, in: Folder.open(output.removingLastComponent()))
  }

  /// All files of the registry, sorted by path.
  private func files(
    of content: ScaffoldContent,
    description: String,
    in output: ScaffoldOutput,
    _ report: inout ScaffoldReport
  ) throws -> [ScaffoldOutput.File] {
    var files: [ScaffoldOutput.File] = []
    for plugin in content.plugins {
      files.append(.init(plugin.slug.registryPath, text: try ScaffoldFiles.manifest(plugin)))
      for asset in plugin.assets {
        guard let file = content.files[asset.source],
          let path = try? ManifestPath(parsing: "catalog/\(asset.path)")
        else { continue }
        files.append(.init(path, copying: file))
      }
    }
    let catalog = try catalog(content, description: description, in: output, &report)
    files.append(.init(try ManifestPath(parsing: ModelNames.catalog), text: catalog))
    if outputBelowSource?.isEmpty == true {
      let path = try ManifestPath(parsing: ProjectLayout.publishIgnore.string)
      files.append(.init(path, text: ScaffoldFiles.ignoreFile))
    }
    // Plugins may share files.
    var seen: Set<ManifestPath> = []
    return files.filter { seen.insert($0.path).inserted }.sorted { $0.path < $1.path }
  }

  /// The catalog of what is made, and of plugins whose manifests were written by hand.
  private func catalog(
    _ content: ScaffoldContent,
    description: String,
    in output: ScaffoldOutput,
    _ report: inout ScaffoldReport
  ) throws -> String {
    var entries = content.plugins.map { ScaffoldFiles.Entry($0) }
    let made = Set(content.plugins.map(\.slug.key))
    for (slug, bytes) in try output.findManifests() where !made.contains(slug.key) {
      guard !ScaffoldFiles.isGenerated(bytes) else { continue }
      do throws(PluginProblem) {
        if let entry = ScaffoldFiles.Entry(try PluginManifest.parse(bytes, expecting: slug)) {
          entries.append(entry)
        }
      } catch {
        report.warnings.append(.badManifest(path: slug.registryPath.description, error))
      }
    }
    return try ScaffoldFiles.catalog(entries, description: description)
  }

  /// Names the plugins that a catalog written by hand does not list; a broken one is for `publish` to explain.
  private func addUnlisted(to report: inout ScaffoldReport, _ output: ScaffoldOutput) throws {
    let path = try ManifestPath(parsing: ModelNames.catalog)
    guard let bytes = try output.find(path, limit: Int(policy.limits.maxManifestBytes)),
      let catalog = try? Catalog.parse(bytes)
    else { return }
    for plugin in report.plugins where catalog.find(plugin.slug) == nil {
      report.warnings.append(.unlisted(slug: plugin.slug.description))
    }
  }

  private func fill(
    _ report: inout ScaffoldReport,
    _ content: ScaffoldContent,
    _ changes: ScaffoldOutput.Changes
  ) {
    report.plugins = content.plugins.map {
      .init(slug: $0.slug, category: $0.category, source: $0.source, fileCount: $0.assets.count)
    }
    report.written = changes.written.map(\.path.description)
    report.removed = changes.removed.map(\.description)
    report.unchangedCount = changes.unchanged.count
    report.warnings += changes.kept.map { .kept(path: $0) }
    var seen: Set<String> = []
    report.leftOut = report.leftOut.filter { seen.insert($0.path).inserted }.sorted { $0.path < $1.path }
  }
}

extension ScaffoldOutput {
  /// The manifests of plugins that are there, by their slugs.
  ///
  /// - Throws: `DiskError`.
  fileprivate func findManifests() throws -> [(slug: PluginSlug, bytes: [UInt8])] {
    var found: [(PluginSlug, [UInt8])] = []
    for name in try manifestNames() {
      // try?: a file whose name is no slug is no plugin's manifest.
      guard let slug = try? PluginSlug(parsing: String(name.dropLast(5))) else { continue }
      if let bytes = try find(slug.registryPath, limit: Int(Limits().maxManifestBytes)) {
        found.append((slug, bytes))
      }
    }
    return found
  }
}
