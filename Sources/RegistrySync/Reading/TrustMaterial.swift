import Formats
package import RegistryModel

/// The local files that every decision about signatures depends on: trust store and project key.
package struct TrustMaterial: Sendable {
  /// Today's trust store; empty where there is no file.
  package var store: TrustStore
  /// The project's own key; nil where there is none.
  package var projectKey: ProjectKey?

  /// Puts both together.
  package init(store: TrustStore, projectKey: ProjectKey?) {
    self.store = store
    self.projectKey = projectKey
  }
}

extension Project {
  /// Reads the trust store that the policy names, and the project's key.
  ///
  /// What is not there is absent, and what cannot be read is an error: a trust store that does not parse
  /// trusts nobody, but it must not look like one that says so.
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
