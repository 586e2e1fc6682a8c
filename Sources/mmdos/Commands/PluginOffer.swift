import Formats
import RegistryModel
import RegistrySync

/// An installed plugin whose source has something else.
struct PluginOffer {
  let state: PluginState
  let source: PluginState.SourceState

  /// Those of the installed plugins that are not what their sources have; plugins without a source are left out.
  static func all(
    in project: Project,
    _ sources: PluginSources,
    where isWanted: (PluginOrigin) -> Bool
  ) throws -> [PluginOffer] {
    var catalogs = OpenedCatalogs(sources)
    return try InstalledPlugins.states(in: project, from: isWanted).compactMap { state in
      let source = state.source(in: &catalogs)
      switch source {
      case .current, .unknown: return nil
      case .newer, .older, .gone, .unusable: return PluginOffer(state: state, source: source)
      }
    }
  }

  /// What it means and what to do.
  var words: SafeText {
    let slug = state.slug.description
    return switch source {
    case .newer: "mmdos plugin update \(slug)"
    case .older: "older than installed; mmdos plugin update \(slug) --allow-downgrade"
    case .gone: "withdrawn from its source"
    case .current, .unknown, .unusable: source.text
    }
  }

  /// One line for the report of a sync.
  var line: SafeText {
    let name = SafeText("\(state.slug.description) \(state.version ?? "")")
    return switch source {
    // A publisher may change the content and leave the version as it is.
    case .newer(let version) where version == state.version: name + ": other content: " + words
    case .newer(let version), .older(let version): name + " -> " + SafeText(version) + ": " + words
    default: name + ": " + words
    }
  }

  var json: JSONValue {
    .object([
      ("slug", .string(state.slug.description)), ("installed_version", .string(orNull: state.version)),
      ("version", .string(orNull: source.newVersion)),
      ("source", .string(orNull: state.entry?.origin.description)), ("state", .string(source.word)),
      ("error", source.failure?.json ?? .null),
    ])
  }
}

extension SyncReport {
  /// Says what a sync did, with the installed plugins that it concerns, and returns that as JSON.
  ///
  /// Text is printed here, unless JSON is wanted; the document is printed by the command.
  func tell(in project: Project, _ session: Session) -> JSONValue {
    let offers = SyncedPlugins(of: registry, in: project, session).offers
    if !session.options.isJSON {
      SyncReportText(self, offers, isVerbose: session.options.isVerbose).print(to: session.console)
    }
    for warning in warnings { session.console.warn(warning.words) }
    return json(offers)
  }
}

/// The installed plugins that a sync concerns.
struct SyncedPlugins {
  /// Those that have an update by now, or were withdrawn.
  let offers: [PluginOffer]

  /// Looks after a finished sync, which does not fail because of them.
  init(of registry: RegistryName, in project: Project, _ session: Session) {
    do {
      let sources = try PluginSources(project, lockTimeout: session.options.lockTimeout, isActing: false)
      offers = try PluginOffer.all(in: project, sources) { $0 == .registry(registry) }
    } catch {
      offers = []
      session.console.warn("installed plugins were not compared: \(Failure(error).message)")
    }
  }
}
