import Formats
package import RegistryModel

/// The local files on which decisions about signatures depend: trust store and project key.
package struct TrustMaterial: Sendable {
  /// The current trust store; empty where there is no file.
  package var store: TrustStore
  /// The project's own key; nil where there is none.
  package var projectKey: ProjectKey?

  package init(store: TrustStore, projectKey: ProjectKey?) {
    self.store = store
    self.projectKey = projectKey
  }
}

extension Project {
  /// Reads the trust store that the policy names, and the project's key.
  ///
  /// A missing file counts as empty, but an unreadable one is an error: a trust store that does not parse must not be
  /// taken for an empty one.
  ///
  /// - Throws: `ProjectError.invalidFile` naming line and cause; `ProjectError.projectKey` for a key that is
  ///   malformed or that others can read; `DiskError`.
  package func readTrustMaterial(policy: Policy) throws -> TrustMaterial {
    TrustMaterial(store: try readTrustStore(policy: policy), projectKey: try readProjectKey())
  }

  /// Reads the trust store that the policy names; an absent file trusts nobody.
  ///
  /// - Throws: `ProjectError.invalidFile` naming line and cause, `DiskError`.
  package func readTrustStore(policy: Policy) throws -> TrustStore {
    let location = try TrustStoreLocation(policy)
    guard let bytes = try location.findBytes(in: self) else { return .empty }
    return try ProjectError.parsing(location.path) { () throws(TextProblem) in try TrustStore.parse(bytes) }
  }
}
