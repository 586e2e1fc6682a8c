import Disk
import Formats
import ObjectStore
import RegistryModel
import RegistrySync
import SystemPackage

/// All that a report says, read once; `ReportPage` only finds the words.
struct ReportContents {
  /// A configured registry.
  struct Registry {
    let summary: RegistrySummary
    /// Nil where nothing was synced; the error where what was synced cannot be read.
    let overview: Result<RegistryOverview, any Error>?
  }

  /// An installed plugin and what its source has.
  struct Plugin {
    let state: PluginState
    let source: PluginState.SourceState
  }

  let root: FilePath
  /// When the report was made.
  let time: Timestamp
  /// Whether it is about one registry, and not about the project.
  let isOfOne: Bool
  let registries: [Registry]
  let unusable: [UnusableSource]
  /// Nil where there is no cache yet.
  let storage: Result<CacheStatistics?, any Error>
  let plugins: [Plugin]
  /// Whether an installation was interrupted.
  let isInterrupted: Bool

  /// Reads a project, or one registry of it.
  ///
  /// What cannot be read is part of the report, so that the rest can be seen.
  ///
  /// `limit`: The most snapshots of each registry.
  ///
  /// - Throws: An error for a file of the project that cannot be read; `ReadingError.neverSynced` for a registry that was
  ///   asked for by its name.
  init(of project: Project, registry name: String?, limit: Int, in session: Session) throws {
    let policy = try project.readPolicy()
    let timeout = session.options.lockTimeout
    (root, time, isOfOne) = (project.root.path, .now().wholeSeconds, name != nil)
    if let name {
      let summary = try RegistrySummary(of: project.source(name), in: project)
      if summary.snapshot == nil, !summary.isBundled {
        throw ReadingError.neverSynced(summary.source.name)
      }
      registries = [try Self.read(summary, project, policy, limit, timeout)]
      unusable = []
    } else {
      registries = try RegistrySummary.all(in: project).map {
        try Self.read($0, project, policy, limit, timeout)
      }
      unusable = try project.readSources().unusable
    }
    storage = try Self.attempt { try CacheStatistics.read(project, lockTimeout: timeout) }
    plugins = try Self.plugins(
      project,
      timeout,
      of: name == nil ? nil : registries.first?.summary.source.name
    )
    isInterrupted = try project.hasInterruptedInstall()
  }

  private static func read(
    _ summary: RegistrySummary,
    _ project: Project,
    _ policy: Policy,
    _ limit: Int,
    _ timeout: Duration
  ) throws -> Registry {
    guard summary.snapshot != nil else { return Registry(summary: summary, overview: nil) }
    let overview = try attempt {
      try RegistryOverview(
        of: .find(summary.source, in: project, policy: policy, lockTimeout: timeout),
        limit: limit
      )
    }
    return Registry(summary: summary, overview: overview)
  }

  private static func plugins(
    _ project: Project,
    _ timeout: Duration,
    of registry: RegistryName?
  ) throws -> [Plugin] {
    var catalogs = OpenedCatalogs(try PluginSources(project, lockTimeout: timeout, isActing: false))
    let states =
      try registry.map { name in try InstalledPlugins.states(in: project) { $0 == .registry(name) } }
      ?? InstalledPlugins.states(in: project)
    return states.map { Plugin(state: $0, source: $0.source(in: &catalogs)) }
  }

  private static func attempt<Value>(_ body: () throws -> Value) throws -> Result<Value, any Error> {
    do { return .success(try body()) } catch {
      guard !error.isCancellation else { throw error }
      return .failure(error)
    }
  }

  /// What could be read of the registries.
  var overviews: [RegistryOverview] {
    registries.compactMap { registry in
      if case .success(let overview) = registry.overview { overview } else { nil }
    }
  }

  /// The registries of which something was synced.
  var synced: [Registry] { registries.filter { $0.overview != nil } }

  /// What could not be read, with what it is about.
  var failures: [(subject: String, failure: Failure)] {
    var found = registries.compactMap { registry in
      registry.overview.flatMap { Failure.find(in: $0) }.map { (registry.name, $0) }
    }
    if let failure = Failure.find(in: storage) { found.append(("cache", failure)) }
    return found
  }
}

extension ReportContents.Registry {
  var name: String { summary.source.name.description }
  /// The name of its section of the page.
  var anchor: String { "registry-\(name)" }
}

extension Failure {
  /// The failure of what could not be read.
  static func find<Value>(in result: Result<Value, any Error>) -> Failure? {
    if case .failure(let error) = result { Failure(error) } else { nil }
  }
}
