import Disk
import ObjectStore
package import RegistryModel
package import SystemPackage

/// Makes the project's HMAC key (`registry keygen`).
package struct ProjectKeySetup: Sendable {
  /// What `run` would do, or did.
  package struct Plan: Sendable {
    /// The key's file.
    package let path: FilePath
    /// Whether a key is there already.
    package let replaces: Bool
    /// The lines that `.gitignore` lacks.
    package let ignoredLines: [String]
  }

  private let project: Project
  private let lockTimeout: Duration

  /// Makes a key for a project.
  package init(_ project: Project, lockTimeout: Duration) {
    self.project = project
    self.lockTimeout = lockTimeout
  }

  /// What `run` would do.
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
    // First, so that there is no moment at which `git add` would take the key.
    try IgnoreFile(in: project.root, wanted: Self.ignoredLines).extend(in: project.root, disk: project.disk)
    try AtomicFile(disk: project.disk)
      .replace(ProjectLayout.signingKey, in: project.ai, with: key.fileContent, mode: 0o600)
    _ = consume held
    return (plan, key.fingerprint)
  }

  private static let ignoredLines = [".ai/registry-signing-key"]
}
