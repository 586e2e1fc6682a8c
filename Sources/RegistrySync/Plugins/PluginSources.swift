import Disk
import ObjectStore
package import RegistryModel
import SystemPackage

/// The catalogs of a project: the bundled one, its own, and those of the configured registries.
package struct PluginSources: Sendable {
  /// Which of them a command looks at.
  package enum Selection: Equatable, Sendable {
    case bundled, local, all
    /// A registry by its name as it was typed.
    case registry(RegistryName)
  }

  /// A catalog, or why there is none to look at.
  package struct Shelf {
    /// Where it comes from.
    package let origin: PluginOrigin
    /// The catalog, or the error of opening it.
    package let result: Result<PluginCatalog, SyncError>

    /// Whether it is merely not in use: never synced, disabled, forbidden by the policy, or not there.
    package var isUnused: Bool {
      guard case .failure(let error) = result else { return false }
      switch error {
      case .neverSynced, .refused, .plugin(.noLocalCatalog), .plugin(.unsignedOrigin): return true
      default: return false
      }
    }
  }

  /// The project whose catalogs they are.
  let project: Project
  /// Today's policy.
  let policy: Policy
  private let sources: SourceList
  private let lockTimeout: Duration

  /// Reads policy and sources; no catalog is opened yet.
  ///
  /// - Throws: `SyncError.invalidFile`, `.disk`.
  package init(_ project: Project, lockTimeout: Duration) throws(SyncError) {
    self.project = project
    self.lockTimeout = lockTimeout
    policy = try project.readPolicy()
    sources = try project.readSources()
  }

  /// The selected sources in order of precedence: bundled, local, then the registries as they are listed.
  ///
  /// - Throws: `SyncError.unknownRegistry`.
  package func origins(_ selection: Selection) throws(SyncError) -> [PluginOrigin] {
    switch selection {
    case .bundled: return [.bundled]
    case .local: return [.local]
    case .registry(let name):
      guard sources.find(name) != nil else {
        throw .unknownRegistry(name.description, known: sources.sources.map(\.name.description))
      }
      return [.registry(name)]
    case .all:
      return [.bundled, .local]
        + sources.sources.compactMap { source in
          if case .bundled = source.location { nil } else { .registry(source.name) }
        }
    }
  }

  /// Opens what is selected; a source that was asked for by name must open.
  ///
  /// - Throws: `SyncError`; with `all` an error is part of the result.
  package func open(_ selection: Selection) throws(SyncError) -> [Shelf] {
    var shelves: [Shelf] = []
    for origin in try origins(selection) {
      let shelf = shelf(origin)
      if case .failure(let error) = shelf.result, selection != .all { throw error }
      shelves.append(shelf)
    }
    return shelves
  }

  /// Opens one catalog; an error is the result.
  package func shelf(_ origin: PluginOrigin) -> Shelf {
    do throws(SyncError) {
      return Shelf(origin: origin, result: .success(try open(origin)))
    } catch {
      return Shelf(origin: origin, result: .failure(error))
    }
  }

  /// Opens one catalog: that of a registry by today's keys and policy, from the store alone.
  ///
  /// - Throws: `SyncError.plugin`, `.invalidCatalog`; for a registry as `RegistryReader.catalog`.
  package func open(_ origin: PluginOrigin) throws(SyncError) -> PluginCatalog {
    switch origin {
    case .bundled: return try openBundled()
    case .local: return try openLocal()
    case .registry(let name): return try openRegistry(name)
    case .file: throw .plugin(.noSourceToUpdate(.file))
    }
  }

  /// Reads a plugin with all its files from the one selected source that has it.
  ///
  /// A source that should be readable and is not is an error: it might have the plugin too.
  ///
  /// `expected`: How the id of the snapshot must begin; nil for any.
  ///
  /// - Throws: `SyncError.plugin(.unknown)`, `.plugin(.ambiguous)`, `.plugin(.unexpectedSnapshot)`; what opening
  ///   and reading throw.
  package func read(
    _ slug: PluginSlug,
    from selection: Selection,
    expecting expected: String?
  ) throws(SyncError) -> PluginPackage {
    var (found, searched): ([PluginCatalog], [PluginOrigin]) = ([], [])
    for shelf in try open(selection) where !shelf.isUnused {
      let catalog = try shelf.result.get()
      searched.append(catalog.origin)
      if catalog.catalog.find(slug) != nil { found.append(catalog) }
    }
    guard let catalog = found.first else { throw .plugin(.unknown(slug.description, searched: searched)) }
    guard found.count == 1 else { throw .plugin(.ambiguous(slug, found.map(\.origin))) }
    if let expected, catalog.snapshot?.description.hasPrefix(expected) != true {
      throw .plugin(.unexpectedSnapshot(expected: expected, found: catalog.snapshot))
    }
    return try PluginPackage(slug, from: catalog, policy: policy)
  }

  private func openBundled() throws(SyncError) -> PluginCatalog {
    // An entry of sources.yaml can turn it off, or trust it less; it needs none to be there.
    let entry = sources.sources.first { if case .bundled = $0.location { true } else { false } }
    if let entry, !entry.isEnabled { throw .refused(.disabledSource(entry.name)) }
    guard policy.allowUnsignedBundled else { throw .plugin(.unsignedOrigin(.bundled)) }
    return PluginCatalog(
      origin: .bundled,
      trustLevel: entry?.trustLevel ?? .trusted,
      catalog: try parse(Array(BundledCatalog.index.utf8), of: "bundled"),
      contents: CompiledContents(files: BundledCatalog.files)
    )
  }

  private func openLocal() throws(SyncError) -> PluginCatalog {
    let limit = Int(policy.limits.maxManifestBytes)
    let folder = try SyncError.wrapping { () throws(DiskError) in
      try project.ai.findFolder(ProjectLayout.plugins)
    }
    let bytes = try project.findBytes(ProjectLayout.catalog, inFolder: ProjectLayout.plugins, limit: limit)
    guard let folder, let bytes else { throw .plugin(.noLocalCatalog) }
    guard policy.allowUnsignedLocal else { throw .plugin(.unsignedOrigin(.local)) }
    return PluginCatalog(
      origin: .local,
      trustLevel: .trusted,
      catalog: try parse(bytes, of: ".ai/plugins/catalog.yaml"),
      contents: FolderContents(folder: folder)
    )
  }

  private func openRegistry(_ name: RegistryName) throws(SyncError) -> PluginCatalog {
    guard let source = sources.find(name) else {
      throw .unknownRegistry(name.description, known: sources.sources.map(\.name.description))
    }
    try SyncError.checkUse(of: source, policy)
    let reader = try RegistryReader(name, in: project, lockTimeout: lockTimeout)
    let entry = try reader.findTrustedEntry(of: source, in: project, policy: policy)
    return PluginCatalog(
      origin: .registry(name),
      trustLevel: source.trustLevel,
      snapshot: entry.id,
      catalog: try reader.readCatalog(of: entry),
      contents: SnapshotContents(reader: reader, entry: entry)
    )
  }

  private func parse(_ bytes: [UInt8], of source: String) throws(SyncError) -> Catalog {
    do { return try Catalog.parse(bytes) } catch { throw .invalidCatalog(source: source, error) }
  }
}
