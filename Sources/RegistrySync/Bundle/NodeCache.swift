import Disk
import ObjectStore
import Refs
package import RegistryModel
package import SystemPackage

/// The `registry-cache` of the Node tool: a folder for each registry, with its files as they were downloaded.
///
/// Nothing in it is believed: a view is taken only if its manifest passes what a sync asks of it and every file hashes
/// to what that manifest names.
package struct NodeCache: Sendable {
  private let project: Project
  private let folder: Folder

  /// The cache in a project, or at a path that the user names: the Node tool keeps it in its own package's folder.
  ///
  /// - Returns: Nil where the project has none.
  /// - Throws: `DiskError`; `ProjectError.unsafeFolder`.
  package static func find(in project: Project, at path: FilePath?) throws -> NodeCache? {
    if let path { return NodeCache(project: project, folder: try Folder.open(path)) }
    guard let folder = try project.ai.findFolder(ProjectLayout.cache) else { return nil }
    try Project.checkOwner(of: folder, user: project.user)
    return NodeCache(project: project, folder: folder)
  }

  package var path: FilePath { folder.path }

  /// The view of a registry; nil where there is none, or where the registry has been synced by mmdos.
  ///
  /// - Throws: `DiskError`, `RefError`.
  package func findView(of source: Source, policy: Policy) throws -> NodeView? {
    if case .bundled = source.location { return nil }
    if let cache = try Cache.find(in: project),
      try cache.refs.find(.synced(source.name.refComponent())) != nil
    {
      return nil
    }
    guard let view = try folder.findFolder(ProjectLayout.view(source.name)),
      try view.findAttributes(ProjectLayout.catalog) != nil
    else { return nil }
    return NodeView(source: source, project: project, policy: policy, folder: view)
  }
}
