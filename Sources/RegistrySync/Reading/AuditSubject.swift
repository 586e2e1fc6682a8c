package import ObjectStore
package import RegistryModel

/// What is looked at, where it is not a whole registry.
package enum AuditSubject: Hashable, Sendable, CustomStringConvertible {
  /// A plugin's manifest and what that names.
  case plugin(PluginSlug)
  /// One file, such as the catalog or one that no plugin names.
  case file(TreePath)

  package var description: String {
    switch self {
    case .plugin(let slug): slug.description
    case .file(let path): path.description
    }
  }
}

/// The files in which a subject is looked for.
package enum AcceptanceSource: Equatable, Sendable {
  /// Those of a snapshot; nil for the one in use.
  case snapshot(revision: String?)
  /// What a manifest names that is in the store: after a refusal, where no snapshot has it.
  case manifest(ObjectID)
}
