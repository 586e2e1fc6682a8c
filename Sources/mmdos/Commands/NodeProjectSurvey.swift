import RegistryModel
import RegistrySync
import SystemPackage

/// What a project of the Node tool has, each part as mmdos reads it; a part that cannot be read does not hide the others.
struct NodeProjectSurvey {
  /// A view in the Node tool's cache, with what an import would take or why it takes nothing.
  struct View {
    let view: NodeView
    let content: Result<NodeView.Content, any Error>
  }

  let policy: Result<Policy, any Error>
  let sources: Result<SourceList, any Error>
  let records: Result<ProjectRecords, any Error>
  let trustStore: Result<TrustStore, any Error>
  let plugins: Result<[PluginState], any Error>
  let cachePath: FilePath?
  let views: [View]

  init(_ project: Project, cache: FilePath?) throws {
    policy = Result { try project.readPolicy() }
    sources = Result { try project.readSources() }
    records = Result { try project.readRecords() }
    trustStore = policy.flatMap { policy in Result { try project.readTrustStore(policy: policy) } }
    plugins = Result { try InstalledPlugins.states(in: project) }
    let found = try NodeCache.find(in: project, at: cache)
    cachePath = found?.path
    // try?: what cannot be read is reported as such; without it nothing can be judged.
    guard let found, let policy = try? policy.get(), let list = try? sources.get() else {
      views = []
      return
    }
    views = try list.sources.compactMap { source in
      try found.findView(of: source, policy: policy).map { view in
        View(view: view, content: Result { try view.examine() })
      }
    }
  }

  /// Why the other views are not taken.
  var refusals: [any Error] {
    views.compactMap { if case .failure(let error) = $0.content { error } else { nil } }
  }

  /// The views that an import takes.
  var importable: [NodeView] {
    views.filter { if case .success = $0.content { true } else { false } }.map(\.view)
  }
}
