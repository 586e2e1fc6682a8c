package import Formats
import ObjectStore
package import RegistryModel
package import SystemPackage

/// Changes the trust store: it is read again, changed and replaced under the project's lock; comments stay.
package struct TrustStoreEditing: Sendable {
  private let project: Project
  private let location: TrustStoreLocation
  private let lockTimeout: Duration
  /// When the operation began: the `added_at` of a new key.
  package let now: Timestamp

  /// Edits the trust store that the policy names.
  ///
  /// - Throws: `ProjectError.invalidFile` for a path that is not one inside the project.
  package init(_ project: Project, policy: Policy, lockTimeout: Duration, now: Timestamp = .now()) throws {
    self.now = now
    self.project = project
    self.lockTimeout = lockTimeout
    location = try TrustStoreLocation(policy)
  }

  /// The file that is changed, below the project's root.
  package var path: FilePath { location.path }

  /// The store as it is now.
  ///
  /// - Throws: `ProjectError.invalidFile`, `DiskError`.
  package func read() throws -> TrustStore {
    guard let bytes = try location.findBytes(in: project) else { return .empty }
    return try parse(bytes)
  }

  /// The entry of that name.
  ///
  /// - Throws: `TrustStoreProblem` with the names that are known.
  package func find(_ keyID: String) throws -> TrustedKey {
    try Self.find(keyID, in: try read())
  }

  /// Whether a key may be added.
  ///
  /// - Throws: `TrustStoreProblem`: the name or the key is taken, be it by a revoked entry.
  package func check(_ key: TrustedKey) throws {
    try Self.check(key, against: try read())
  }

  /// Adds a key; an existing one is never replaced.
  ///
  /// - Throws: As `check`; `ProjectError.invalidFile` when the file cannot be edited safely, `DiskError`,
  ///   `RefError`.
  package func add(_ key: TrustedKey) throws {
    try update { old in
      if let old { try Self.check(key, against: try parse(old)) }
      return try editing { () throws(TextProblem) in try TrustStore.add(key, to: old) }
    }
  }

  /// Removes a key, and with it the record of its revocation.
  ///
  /// - Throws: `TrustStoreProblem` for an unknown key; as `add`.
  package func remove(_ keyID: String) throws {
    try change(keyID) { (old, _) throws(TextProblem) in try TrustStore.remove(keyID, from: old) }
  }

  /// Revokes a key: it stays in the file, but its signatures no longer count.
  ///
  /// - Throws: As `remove`.
  package func revoke(_ keyID: String) throws {
    try change(keyID) { (old, key) throws(TextProblem) in
      key.status == .revoked ? old : try TrustStore.setStatus(.revoked, of: keyID, in: old)
    }
  }

  /// Replaces keys by newer ones that the user accepted: all of them, or none.
  ///
  /// - Throws: `TrustStoreProblem` if another key stands there by now, or a new one is in the store or
  ///   comes twice; as `add`. Then the file is as it was.
  package func replace(_ replacements: [KeyReplacement]) throws {
    guard !replacements.isEmpty else { return }
    try update { old in
      var text = old ?? []
      let store = try parse(text)
      var owners: [KeyFingerprint: String] = [:]
      for key in store.keys { owners[key.fingerprint] = key.keyID }
      for item in replacements {
        guard try Self.find(item.keyID, in: store).fingerprint == item.old else {
          throw TrustStoreProblem.changedMeanwhile(keyID: item.keyID)
        }
        let new = item.new.fingerprint
        if let other = owners.updateValue(item.keyID, forKey: new), other != item.keyID {
          throw TrustStoreProblem.keyTaken(new, by: other)
        }
        let before = text
        text = try editing { () throws(TextProblem) in
          try TrustStore.replacePublicKey(of: item.keyID, with: item.new, in: before)
        }
      }
      return text
    }
  }

  private func change(
    _ keyID: String,
    _ body: ([UInt8], TrustedKey) throws(TextProblem) -> [UInt8]
  ) throws {
    try update { old in
      let old = old ?? []
      let key = try Self.find(keyID, in: try parse(old))
      return try editing { () throws(TextProblem) in try body(old, key) }
    }
  }

  private func update(_ change: ([UInt8]?) throws -> [UInt8]) throws {
    let cache = try Cache.create(in: project)
    let held = try ProjectFiles(project: project, cache: cache, lockTimeout: lockTimeout).lock()
    let old = try location.findBytes(in: project)
    let new = try change(old)
    if new != old { try location.replace(with: new, in: project) }
    _ = consume held
  }

  private func parse(_ bytes: [UInt8]) throws -> TrustStore {
    try editing { () throws(TextProblem) in try TrustStore.parse(bytes) }
  }

  private func editing<Result>(_ body: () throws(TextProblem) -> Result) throws -> Result {
    try ProjectError.parsing(location.path, body)
  }

  private static func find(_ keyID: String, in store: TrustStore) throws -> TrustedKey {
    guard let key = store.find(keyID) else {
      throw TrustStoreProblem.unknownKey(keyID, known: store.keys.map(\.keyID))
    }
    return key
  }

  private static func check(_ key: TrustedKey, against store: TrustStore) throws {
    guard TextProblem.Shape.keyID.matches(key.keyID) else { throw TrustStoreProblem.badKeyID(key.keyID) }
    if let old = store.find(key.keyID) { throw TrustStoreProblem.keyIDTaken(key.keyID, by: old.fingerprint) }
    if let old = store.find(key.fingerprint) {
      throw TrustStoreProblem.keyTaken(key.fingerprint, by: old.keyID)
    }
  }
}
