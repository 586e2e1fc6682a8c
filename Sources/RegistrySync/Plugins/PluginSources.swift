import Disk
import ObjectStore
package import RegistryModel
import SystemPackage

/// The catalogs of a project: the bundled one, its own, and those of the configured registries.
package struct PluginSources: Sendable {
  /// Which catalogs a command uses.
  package enum Selection: Equatable, Sendable {
    case bundled, local, all
    /// A registry, by its name as typed.
    case registry(RegistryName)
  }

  /// A catalog, or the error of opening it.
  package struct Shelf {
    /// The source of the catalog.
    package let origin: PluginOrigin
    package let result: Result<PluginCatalog, any Error>

    /// Whether it is only not in use: never synced, disabled, forbidden by the policy, or absent.
    package var isUnused: Bool {
      guard case .failure(let error) = result else { return false }
      switch error {
      case is PolicyRefusal, ReadingError.neverSynced, PluginSearchError.noLocalCatalog,
        PluginSearchError.unsignedOrigin:
        return true
      default: return false
      }
    }
  }

  let project: Project
  let policy: Policy
  private let sources: SourceList
  private let lockTimeout: Duration
  private let isActing: Bool

  /// Reads policy and sources; catalogs are not opened yet.
  ///
  /// `isActing`: Whether plugins are to be installed, and not only listed: a registry whose lock entry lacks right
  /// codes is then refused.
  ///
  /// - Throws: `ProjectError.invalidFile`, `DiskError`.
  package init(_ project: Project, lockTimeout: Duration, isActing: Bool) throws {
    self.project = project
    self.lockTimeout = lockTimeout
    self.isActing = isActing
    policy = try project.readPolicy()
    sources = try project.readSources()
  }

  /// The selected sources in order of precedence: bundled, local, then the registries as they are listed.
  ///
  /// - Throws: `ProjectError.unknownRegistry`.
  package func origins(_ selection: Selection) throws -> [PluginOrigin] {
    switch selection {
    case .bundled: return [.bundled]
    case .local: return [.local]
    case .registry(let name):
      guard sources.find(name) != nil else {
        throw unknown(name)
      }
      return [.registry(name)]
    case .all:
      return [.bundled, .local]
        + sources.sources.compactMap { source in
          if case .bundled = source.location { nil } else { .registry(source.name) }
        }
    }
  }

  private func unknown(_ name: RegistryName) -> ProjectError {
    if let unusable = sources.findUnusable(name.description) { return .unusableSource(unusable) }
    return .unknownRegistry(name.description, known: sources.sources.map(\.name.description))
  }

  /// Opens the selected catalogs; a source that was selected by name must open.
  ///
  /// - Throws: Any error of opening; with `all` the errors are in the result instead.
  package func open(_ selection: Selection) throws -> [Shelf] {
    var shelves: [Shelf] = []
    for origin in try origins(selection) {
      let shelf = shelf(origin)
      if case .failure(let error) = shelf.result, selection != .all { throw error }
      shelves.append(shelf)
    }
    return shelves
  }

  /// Opens one catalog; an error is part of the result.
  package func shelf(_ origin: PluginOrigin) -> Shelf {
    do {
      return Shelf(origin: origin, result: .success(try open(origin)))
    } catch {
      return Shelf(origin: origin, result: .failure(error))
    }
  }

  /// Opens one catalog; that of a registry is judged by the current keys and policy and read from the store only.
  ///
  /// - Throws: `PluginContentError`, `ReadingError.invalidCatalog`; for a registry as
  ///   `RegistryReader.catalog`.
  package func open(_ origin: PluginOrigin) throws -> PluginCatalog {
    switch origin {
    case .bundled: return try openBundled()
    case .local: return try openLocal()
    case .registry(let name): return try openRegistry(name)
    case .file: throw PluginSearchError.noSourceToUpdate(.file)
    }
  }

  /// Reads a plugin with all its files from the only selected source that has it.
  ///
  /// An error of a source that should be readable is reported, as that source might have the plugin too.
  ///
  /// `expected`: The beginning of the id of the registry's manifest, or of the snapshot; nil for any.
  ///
  /// - Throws: `PluginContentError.unknown`, `PluginContentError.ambiguous`,
  ///   `PluginContentError.unexpectedSnapshot`; what opening and reading throw.
  package func read(
    _ slug: PluginSlug,
    from selection: Selection,
    expecting expected: String?
  ) throws -> PluginPackage {
    var (found, searched): ([PluginCatalog], [PluginCatalog]) = ([], [])
    for shelf in try open(selection) where !shelf.isUnused {
      let catalog = try shelf.result.get()
      searched.append(catalog)
      if catalog.catalog.find(slug) != nil { found.append(catalog) }
    }
    guard let catalog = found.first else {
      throw PluginSearchError.unknown(slug.description, in: searched)
    }
    guard found.count == 1 else { throw PluginSearchError.ambiguous(slug, found.map(\.origin)) }
    let ids = [catalog.release, catalog.snapshot].compactMap { $0?.description }
    if let expected, !ids.contains(where: { $0.hasPrefix(expected) }) {
      throw PluginContentError.unexpectedSnapshot(expected: expected, found: catalog.snapshot)
    }
    return try PluginPackage(slug, from: catalog, policy: policy)
  }

  private func openBundled() throws -> PluginCatalog {
    // An entry of sources.yaml can disable it or lower its trust level; without an entry it is enabled.
    let entry = sources.sources.first { if case .bundled = $0.location { true } else { false } }
    if let entry, !entry.isEnabled { throw PolicyRefusal.disabledSource(entry.name) }
    guard policy.allowUnsignedBundled else { throw PluginSearchError.unsignedOrigin(.bundled) }
    return PluginCatalog(
      origin: .bundled,
      trustLevel: entry?.trustLevel ?? .trusted,
      catalog: try parse(Array(BundledCatalog.index.utf8), of: "bundled"),
      contents: CompiledContents(files: BundledCatalog.files)
    )
  }

  private func openLocal() throws -> PluginCatalog {
    let limit = Int(policy.limits.maxManifestBytes)
    let folder = try project.ai.findFolder(ProjectLayout.plugins)
    let bytes = try project.findBytes(ProjectLayout.catalog, inFolder: ProjectLayout.plugins, limit: limit)
    guard let folder, let bytes else { throw PluginSearchError.noLocalCatalog }
    guard policy.allowUnsignedLocal else { throw PluginSearchError.unsignedOrigin(.local) }
    return PluginCatalog(
      origin: .local,
      trustLevel: .trusted,
      catalog: try parse(bytes, of: ".ai/plugins/catalog.yaml"),
      contents: FolderContents(folder: folder)
    )
  }

  private func openRegistry(_ name: RegistryName) throws -> PluginCatalog {
    guard let source = sources.find(name) else {
      throw unknown(name)
    }
    try policy.checkUse(of: source)
    let reader = try RegistryReader(
      .find(source, in: project, policy: policy, lockTimeout: lockTimeout)
    )
    let entry = try reader.findTrustedEntry(acting: isActing)
    return PluginCatalog(
      origin: .registry(name),
      trustLevel: source.trustLevel,
      snapshot: entry.id,
      release: entry.snapshot.manifest,
      lockNote: try project.readRecords().note(on: name),
      catalog: try reader.readCatalog(of: entry),
      contents: SnapshotContents(reader: reader, entry: entry)
    )
  }

  private func parse(_ bytes: [UInt8], of source: String) throws -> Catalog {
    do { return try Catalog.parse(bytes) } catch { throw ReadingError.invalidCatalog(source: source, error) }
  }
}
