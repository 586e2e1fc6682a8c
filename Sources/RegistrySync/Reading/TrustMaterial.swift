import Formats
package import ObjectStore
package import RegistryModel

/// The local files on which decisions about signatures depend: trust store and project key.
package struct TrustMaterial: Sendable {
  /// The current trust store; empty where there is no file.
  package var store: TrustStore
  /// The project's own key; nil where there is none.
  package var projectKey: ProjectKey?
  /// The hash of the bytes of the trust store's file; nil where they were not read from it.
  package var storeID: ObjectID?

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
    try readTrustMaterial(policy: policy, with: readProjectKey())
  }

  /// Reads the trust store that the policy names, beside a key that was read.
  ///
  /// - Throws: As `readTrustStore`.
  func readTrustMaterial(policy: Policy, with key: ProjectKey?) throws -> TrustMaterial {
    let location = try TrustStoreLocation(policy)
    let bytes = try location.findBytes(in: self)
    var material = TrustMaterial(store: try parseTrustStore(bytes, location), projectKey: key)
    material.storeID = Self.id(ofTrustStore: bytes)
    return material
  }

  /// The hash of what the trust store's file holds now; nothing of it is parsed.
  ///
  /// - Throws: `ProjectError.invalidFile` for the policy's path, `DiskError`.
  func readTrustStoreID(policy: Policy) throws -> ObjectID {
    Self.id(ofTrustStore: try TrustStoreLocation(policy).findBytes(in: self))
  }

  /// A file that is not there trusts nobody, like an empty one.
  private static func id(ofTrustStore bytes: [UInt8]?) -> ObjectID { ObjectID(hashing: bytes ?? []) }

  /// Reads the trust store that the policy names; an absent file trusts nobody.
  ///
  /// - Throws: `ProjectError.invalidFile` naming line and cause, `DiskError`.
  package func readTrustStore(policy: Policy) throws -> TrustStore {
    let location = try TrustStoreLocation(policy)
    return try parseTrustStore(location.findBytes(in: self), location)
  }

  private func parseTrustStore(_ bytes: [UInt8]?, _ location: TrustStoreLocation) throws -> TrustStore {
    guard let bytes else { return .empty }
    return try parsed.trustStore.value(of: bytes) { bytes in
      try ProjectError.parsing(location.path) { () throws(TextProblem) in try TrustStore.parse(bytes) }
    }
  }
}
