import ObjectStore
package import RegistryModel
import SystemPackage

/// An installed plugin as it is now, held against what was installed.
package struct PluginState {
  /// What became of a file.
  package enum FileState: String, Sendable {
    /// Its bytes are what was installed.
    case asInstalled = "as-installed"
    /// It was changed here.
    case changed
    /// It is not there.
    case missing
    /// It is there, and nothing says what was installed.
    case unrecorded
    /// A link or something else that is no file stands in its place.
    case notAFile = "not-a-file"
  }

  /// What the source has now.
  package enum SourceState {
    /// What was installed.
    case current
    /// Something else, of this version.
    case newer(String)
    /// No such plugin.
    case gone
    /// Nothing that may be installed today.
    case unusable(any Error)
    /// There is no source to ask: it came from a file, or nothing says where it came from.
    case unknown
  }

  /// The plugin.
  package let slug: PluginSlug
  /// What was installed; nil where there is no record.
  package let entry: InstallRecord.Entry?
  /// What its manifest says; nil where that is missing or broken.
  package let manifest: PluginManifest?
  /// Every file it brought, or lists where there is no record; sorted by path.
  package let files: [(path: ManifestPath, state: FileState)]

  /// The version, as installed or as its manifest says.
  package var version: String? { entry?.version ?? manifest?.version }

  init(_ slug: PluginSlug, _ entry: InstallRecord.Entry?, in installed: InstalledFiles) throws {
    (self.slug, self.entry) = (slug, entry)
    var found: InstalledFiles.Found?
    // Something else in its place is a state of that file, told below.
    do { found = try installed.find(slug.installedPath) } catch is PluginFileError {}
    // try?: a broken manifest is a state here, and told in full by `plugin validate`.
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
      return base == nil ? .unrecorded : found.id == base ? .asInstalled : .changed
    } catch PluginFileError.inTheWay {
      return .notAFile
    } catch PluginFileError.tooLarge {
      return .changed
    }
  }

  /// Asks the recorded source what it has now; from the store, nothing is requested.
  package func source(in sources: PluginSources) -> SourceState {
    guard let entry, entry.origin != .file else { return .unknown }
    do {
      let catalog = try sources.open(entry.origin)
      guard catalog.catalog.find(slug) != nil else { return .gone }
      let package = try PluginPackage(slug, from: catalog, policy: sources.policy)
      let files = Dictionary(package.files.map { ($0.path, $0.id) }, uniquingKeysWith: { first, _ in first })
      return files == entry.files ? .current : .newer(package.manifest.version)
    } catch ProjectError.unknownRegistry {
      return .gone
    } catch {
      return .unusable(error)
    }
  }
}

extension InstalledPlugins {
  /// The installed plugins: those of the record, and those whose manifests are there, sorted by slug.
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

  /// One installed plugin.
  ///
  /// - Throws: `PluginContentError.notInstalled` with those that are; as `states`.
  package static func state(of slug: PluginSlug, in project: Project) throws -> PluginState {
    let states = try states(in: project)
    guard let state = states.first(where: { $0.slug.key == slug.key }) else {
      throw PluginInstallError.notInstalled(slug.description, installed: states.map(\.slug))
    }
    return state
  }
}

extension PluginSources {
  /// Reads what an installed plugin is to be updated to: from its source, or from another that is named.
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
