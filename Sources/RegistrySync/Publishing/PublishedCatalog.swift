import Disk
import RegistryModel

/// The catalog of a folder to be published, checked with all its plugins by the rules of clients.
struct PublishedCatalog {
  /// Nil where it is missing or does not parse.
  private(set) var catalog: Catalog?
  private(set) var problems: [PublishProblem] = []
  private(set) var warnings: [PublishWarning] = []
  /// The most files of one plugin, and the most bytes of one, its manifest included.
  private(set) var largestPlugin: (fileCount: Int, bytes: Int64) = (0, 0)

  private let contents: RegistryFolder
  private let limits: Limits
  private let rules: PluginRules
  /// The first plugin that names each asset.
  private var owners: [ManifestPath: PluginSlug] = [:]

  /// Reads the catalog and the manifest of every plugin.
  ///
  /// - Throws: `DiskError`.
  init(of contents: RegistryFolder, policy: Policy) throws {
    self.contents = contents
    limits = policy.limits
    rules = PluginRules(policy)
    let slugs = contents.files.compactMap { Self.slug(ofManifestAt: $0.path) }
    guard let bytes = try contents.findBytes(ModelNames.catalog) else {
      if !contents.contains(ModelNames.catalog) { problems.append(.missingCatalog(contents.folder.path)) }
      for slug in slugs { try checkPlugin(slug, entry: nil) }
      return
    }
    do {
      let catalog = try Catalog.parse(bytes, requiresList: true)
      warnings += catalog.warnings.map { .catalog($0) }
      for entry in catalog.entries { try checkPlugin(entry.slug, entry: entry) }
      for slug in slugs where catalog.find(slug) == nil {
        warnings.append(.unlisted(path: slug.registryPath.description))
      }
      self.catalog = catalog
      addUnnamed()
    } catch let problem as CatalogProblem {
      problems.append(.catalog(problem))
      // The plugins are looked at all the same, so that one run names every mistake.
      for slug in slugs { try checkPlugin(slug, entry: nil) }
    }
  }

  /// Warns of files that everybody downloads and no plugin installs: most likely a manifest forgot them.
  private mutating func addUnnamed() {
    // Where a manifest is missing or broken its files are not the mistake.
    guard problems.isEmpty else { return }
    let named = Set(owners.keys.map { "catalog/\($0)" })
    let unnamed = contents.files.map(\.path).filter { path in
      path.components.first == "catalog" && Self.slug(ofManifestAt: path) == nil
        && !named.contains(path.description)
    }
    if let first = unnamed.first {
      warnings.append(.unnamed(first: first.description, count: unnamed.count))
    }
  }

  private static func slug(ofManifestAt path: ManifestPath) -> PluginSlug? {
    let names = path.components
    guard names.count == 2, names[0] == "catalog", names[1].hasSuffix(".yaml") else { return nil }
    // try?: a file whose name is not a slug is no plugin's manifest.
    return try? PluginSlug(parsing: String(names[1].dropLast(5)))
  }

  private mutating func checkPlugin(_ slug: PluginSlug, entry: Catalog.Entry?) throws {
    let path = slug.registryPath.description
    guard let bytes = try contents.findBytes(path) else {
      // A manifest that is there and cannot be published is a mistake already.
      if !contents.contains(path) {
        problems.append(.missingPlugin(slug: slug.description, path: path))
      }
      return
    }
    let plugin: PluginManifest
    do { plugin = try PluginManifest.parse(bytes, expecting: slug) } catch {
      problems.append(.plugin(path: path, error))
      return
    }
    if let entry, entry.version != plugin.version {
      warnings.append(
        .versionsDiffer(slug: slug.description, catalog: entry.version, plugin: plugin.version)
      )
    }
    checkAssets(of: plugin, at: path, manifestSize: Int64(bytes.count))
  }

  private mutating func checkAssets(of plugin: PluginManifest, at path: String, manifestSize: Int64) {
    let count = plugin.assets.count + 1
    if count > limits.maxPluginFiles {
      problems.append(.pluginContent(path: path, .tooManyFiles(count: count, limit: limits.maxPluginFiles)))
    }
    var sizes = [manifestSize]
    for asset in plugin.assets {
      let name = asset.registryPath.description
      do { try rules.checkPlace(of: asset.path) } catch {
        problems.append(.pluginContent(path: name, error))
      }
      if let first = owners[asset.path] {
        warnings.append(
          .sharedAsset(path: name, first: first.description, second: plugin.slug.description)
        )
      } else {
        owners[asset.path] = plugin.slug
      }
      if let file = contents.find(name) { sizes.append(file.size) }
      if !contents.contains(name) {
        let reason = contents.findReason(toLeaveOut: name)
        problems.append(.missingAsset(slug: plugin.slug.description, path: name, reason))
      }
    }
    let total = sizes.clampedSum()
    largestPlugin = (max(largestPlugin.fileCount, count), max(largestPlugin.bytes, total))
    if total > limits.maxPluginBytes {
      problems.append(.pluginContent(path: path, .tooLarge(limit: limits.maxPluginBytes)))
    }
  }
}
