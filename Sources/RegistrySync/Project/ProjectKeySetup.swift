import Disk
import ObjectStore
package import RegistryModel
package import SystemPackage

/// Creates the project's HMAC key, or takes over one that a colleague made (`registry keygen`).
package struct ProjectKeySetup: Sendable {
  /// The changes that `run` would make, or made.
  package struct Plan: Sendable {
    /// The path of the key's file.
    package let path: FilePath
    /// Whether an existing key is replaced.
    package let replaces: Bool
    /// The fingerprint of the key that is imported; nil for a new key.
    package let imported: KeyFingerprint?
    /// Whether that key is the project's already, so that nothing is to be written.
    package let isThere: Bool
    /// The number of lock entries that lack right codes of the key and are not acted on until they are adopted.
    package let entriesToAdopt: Int
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
  /// `imported`: The key to take over; nil to generate one.
  ///
  /// - Throws: `ProjectError.keyFile` with `exists` when another key is there, unless `overwrites`;
  ///   `ProjectError.invalidFile`, `DiskError`.
  package func plan(overwrites: Bool, importing imported: ProjectKey? = nil) throws -> Plan {
    let (found, ignored) = (
      try project.ai.findAttributes(ProjectLayout.signingKey),
      try IgnoreFile(in: project.root, wanted: Self.ignoredLines)
    )
    let path = project.ai.path.appending(ProjectLayout.signingKey)
    let isThere = found != nil && imported != nil && isCurrent(imported)
    if found != nil && !overwrites && !isThere { throw ProjectError.keyFile(path, .exists) }
    let entries = try project.readUncheckedLockfile().entries
    let adopted = entries.filter { entry in imported.map { entry.codeProblems(with: $0).isEmpty } ?? false }
    return Plan(
      path: path,
      replaces: found != nil && !isThere,
      imported: imported?.fingerprint,
      isThere: isThere,
      entriesToAdopt: entries.count - adopted.count,
      ignoredLines: ignored.missing
    )
  }

  private func isCurrent(_ key: ProjectKey?) -> Bool {
    // try?: a key that cannot be used is not the same one, and is replaced only with `overwrites`.
    let current = try? ProjectKey.find(ProjectLayout.signingKey, in: project.ai)
    return current != nil && current?.fingerprint == key?.fingerprint
  }

  /// Writes a key, mode 0600.
  ///
  /// - Returns: What was done, and the key's fingerprint.
  /// - Throws: As `plan`; `RefError` when the project's lock stays busy.
  package func run(
    overwrites: Bool,
    importing imported: ProjectKey? = nil
  ) throws -> (Plan, KeyFingerprint) {
    let cache = try Cache.create(in: project)
    let held = try ProjectFiles(project: project, cache: cache, lockTimeout: lockTimeout).lock()
    let plan = try plan(overwrites: overwrites, importing: imported)
    let key = imported ?? ProjectKey.generate()
    // Done first, so that `git add` can at no moment add the key.
    try IgnoreFile(in: project.root, wanted: Self.ignoredLines).extend(in: project.root, disk: project.disk)
    try AtomicFile(disk: project.disk)
      .replace(ProjectLayout.signingKey, in: project.ai, with: key.fileContent, mode: 0o600)
    _ = consume held
    return (plan, key.fingerprint)
  }

  private static let ignoredLines = [".ai/registry-signing-key"]
}
