import Disk
import ObjectStore
package import RegistryModel
package import SystemPackage

/// Creates the project's HMAC key (`registry keygen`).
package struct ProjectKeySetup: Sendable {
  /// The changes that `run` would make, or made.
  package struct Plan: Sendable {
    /// The path of the key's file.
    package let path: FilePath
    /// Whether an existing key is replaced.
    package let replaces: Bool
    /// The lines to add to `.gitignore`.
    package let ignoredLines: [String]
  }

  private let project: Project
  private let lockTimeout: Duration

  package init(_ project: Project, lockTimeout: Duration) {
    self.project = project
    self.lockTimeout = lockTimeout
  }

  /// The changes that `run` would make.
  ///
  /// - Throws: `ProjectError.keyFile` with `exists` when a key is there, unless `overwrites`; `DiskError`.
  package func plan(overwrites: Bool) throws -> Plan {
    let (found, ignored) = (
      try project.ai.findAttributes(ProjectLayout.signingKey),
      try IgnoreFile(in: project.root, wanted: Self.ignoredLines)
    )
    let path = project.ai.path.appending(ProjectLayout.signingKey)
    if found != nil && !overwrites { throw ProjectError.keyFile(path, .exists) }
    return Plan(path: path, replaces: found != nil, ignoredLines: ignored.missing)
  }

  /// Writes a new key, mode 0600.
  ///
  /// - Returns: What was done, and the new key's fingerprint.
  /// - Throws: As `plan`; `RefError` when the project's lock stays busy.
  package func run(overwrites: Bool) throws -> (Plan, KeyFingerprint) {
    let cache = try Cache.create(in: project)
    let held = try ProjectFiles(project: project, cache: cache, lockTimeout: lockTimeout).lock()
    let plan = try plan(overwrites: overwrites)
    let key = ProjectKey.generate()
    // Done first, so that `git add` can at no moment add the key.
    try IgnoreFile(in: project.root, wanted: Self.ignoredLines).extend(in: project.root, disk: project.disk)
    try AtomicFile(disk: project.disk)
      .replace(ProjectLayout.signingKey, in: project.ai, with: key.fileContent, mode: 0o600)
    _ = consume held
    return (plan, key.fingerprint)
  }

  private static let ignoredLines = [".ai/registry-signing-key"]
}
