import Formats
import ObjectStore
package import RegistryModel
import SystemPackage

/// The present state of an installed plugin, compared with the install record.
package struct PluginState {
  /// The state of one file.
  package enum FileState: String, Sendable {
    /// The content is as installed.
    case asInstalled = "as-installed"
    /// The content was edited in the project.
    case changed
    /// It was changed, and has the markers of a merge with conflicts.
    case conflictMarkers = "conflict-markers"
    /// The content is as installed but for its line ends, which version control converts.
    case lineEnds = "line-ends"
    /// The file is absent.
    case missing
    /// The file exists, but there is no record of its installed content.
    case unrecorded
    /// A link or another kind of file has its name.
    case notAFile = "not-a-file"
  }

  /// The state of the plugin in its source.
  package enum SourceState {
    /// The source has the installed content.
    case current
    /// The source has other content, of this version.
    case newer(String)
    /// The source has other content, of this older version.
    case older(String)
    /// The source no longer has the plugin.
    case gone
    /// The source's plugin cannot be installed now.
    case unusable(any Error)
    /// There is no source: it came from a file, or its source is not recorded.
    case unknown
  }

  package let slug: PluginSlug
  /// The entry of the install record; nil where there is none.
  package let entry: InstallRecord.Entry?
  /// The installed manifest; nil where it is missing or malformed.
  package let manifest: PluginManifest?
  /// All recorded files, or without a record those of the manifest; sorted by path.
  package let files: [(path: ManifestPath, state: FileState)]

  /// Whether every file has the content that the record says; line ends may be those of version control.
  package var isAsInstalled: Bool {
    entry != nil && files.allSatisfy { $0.state == .asInstalled || $0.state == .lineEnds }
  }

  /// The version in the record, or else in the manifest.
  package var version: String? { entry?.version ?? manifest?.version }

  init(_ slug: PluginSlug, _ entry: InstallRecord.Entry?, in installed: InstalledFiles) throws {
    (self.slug, self.entry) = (slug, entry)
    var found: InstalledFiles.Found?
    // Another kind of file with the manifest's name is reported as the state of that file below.
    do { found = try installed.find(slug.installedPath) } catch is PluginFileError {}
    // try?: a malformed manifest is only a state here; `plugin validate` reports the details.
    manifest = found.flatMap { try? PluginManifest.parse($0.bytes, expecting: slug) }
    let listed = [slug.installedPath] + (manifest?.assets.map(\.path) ?? [])
    var files: [(ManifestPath, FileState)] = []
    for path in entry?.files.keys.sorted() ?? listed.sorted() {
      files.append((path, try Self.state(of: path, entry?.files[path], in: installed)))
    }
    self.files = files
  }

  private static func state(
    of path: ManifestPath,
    _ base: ObjectID?,
    in installed: InstalledFiles
  ) throws -> FileState {
    do {
      guard let found = try installed.find(path) else { return .missing }
      if base == nil { return .unrecorded }
      if found.id == base { return .asInstalled }
      if found.isSame(as: base) { return .lineEnds }
      return ThreeWayMerge.hasMarkers(found.bytes) ? .conflictMarkers : .changed
    } catch PluginFileError.inTheWay {
      return .notAFile
    } catch PluginFileError.tooLarge {
      return .changed
    }
  }

  /// Looks up the plugin in its recorded source; reads from the store only, without the network.
  package func source(in catalogs: inout OpenedCatalogs) -> SourceState {
    guard let entry, entry.origin != .file else { return .unknown }
    do {
      let catalog = try catalogs.open(entry.origin)
      guard catalog.catalog.find(slug) != nil else { return .gone }
      let package = try PluginPackage(slug, from: catalog, policy: catalogs.policy)
      let placed = try PlacedPlugin(package, for: entry.targets, policy: catalogs.policy)
      let files = Dictionary(placed.files.map { ($0.path, $0.id) }, uniquingKeysWith: { first, _ in first })
      if files == entry.files { return .current }
      let version = package.manifest.version
      return PluginVersion.isOlder(version, than: entry.version) ? .older(version) : .newer(version)
    } catch ProjectError.unknownRegistry {
      return .gone
    } catch {
      return .unusable(error)
    }
  }
}

extension InstalledPlugins {
  /// The plugins that the record says came from a source, sorted by slug.
  ///
  /// - Throws: As `states(in:)`.
  package static func states(
    in project: Project,
    from isWanted: (PluginOrigin) -> Bool
  ) throws -> [PluginState] {
    let installed = InstalledFiles(root: project.root, disk: project.disk)
    return try project.readInstallRecord().entries.filter { isWanted($0.origin) }
      .map { try PluginState($0.slug, $0, in: installed) }
  }

  /// All installed plugins: those in the record, and those with a manifest, sorted by slug.
  ///
  /// - Throws: `ProjectError.invalidFile`, `DiskError`.
  package static func states(in project: Project) throws -> [PluginState] {
    let record = try project.readInstallRecord()
    let installed = InstalledFiles(root: project.root, disk: project.disk)
    var slugs = record.entries.map(\.slug)
    slugs += try Self.slugs(in: project).filter { record.find($0) == nil }
    var states: [PluginState] = []
    for slug in slugs.sorted() { states.append(try PluginState(slug, record.find(slug), in: installed)) }
    return states
  }

  /// The state of one installed plugin.
  ///
  /// - Throws: `PluginContentError.notInstalled` with the installed plugins; as `states`.
  package static func state(of slug: PluginSlug, in project: Project) throws -> PluginState {
    let states = try states(in: project)
    guard let state = states.first(where: { $0.slug.key == slug.key }) else {
      throw PluginInstallError.notInstalled(slug.description, installed: states.map(\.slug))
    }
    return state
  }
}

extension PluginSources {
  /// Reads the new version of an installed plugin, from its source or from another selected one.
  ///
  /// - Throws: `PluginContentError.noSourceToUpdate` when its source does not have it; as `read`.
  package func readUpdate(of state: PluginState, from selection: Selection?) throws
    -> PluginPackage
  {
    if let selection { return try read(state.slug, from: selection, expecting: nil) }
    guard let entry = state.entry else { return try read(state.slug, from: .all, expecting: nil) }
    let catalog = try open(entry.origin)
    guard catalog.catalog.find(entry.slug) != nil else {
      throw PluginSearchError.noSourceToUpdate(entry.origin)
    }
    return try PluginPackage(entry.slug, from: catalog, policy: policy)
  }
}
