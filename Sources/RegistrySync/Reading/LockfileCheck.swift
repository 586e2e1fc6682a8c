import ObjectStore
import Refs
package import RegistryModel

/// Compares the lockfile with the store: for CI.
package enum LockfileCheck {
  /// A registry whose entry and snapshot in use do not agree.
  package struct Finding: Equatable, Sendable {
    /// How they disagree.
    package enum Problem: Equatable, Sendable {
      case provenance(ProvenanceProblem)
      /// An HMAC of the entry is wrong, or missing although there is a project key.
      case code(LockCodeProblem)
      case notSynced
      case unknownSource
      /// `sources.yaml` has an entry of that name, which cannot be used.
      case unusableSource(UnusableSource)
    }

    /// The registry.
    package let registry: RegistryName
    /// How they disagree.
    package let problem: Problem
  }

  /// Compares every entry and every synced registry.
  package static func run(_ project: Project, lockTimeout: Duration) throws -> [Finding] {
    let records = try project.readRecords()
    let lockfile = records.lockfile
    let sources = try project.readSources()
    let cache = try Cache.find(in: project)
    var findings: [Finding] = []
    for name in (lockfile.entries.map(\.name) + lockfile.refused.map(\.name)) where sources.find(name) == nil
    {
      let problem = sources.findUnusable(name.description).map { Finding.Problem.unusableSource($0) }
      findings.append(Finding(registry: name, problem: problem ?? .unknownSource))
    }
    for entry in lockfile.entries {
      findings += entry.codeProblems(with: records.key).map {
        Finding(registry: entry.name, problem: .code($0))
      }
    }
    let lock = try cache.map { cache in
      StoreLockHolder(try StoreLock.acquireForReading(in: cache.folder, timeout: lockTimeout))
    }
    for source in sources.sources {
      if let problem = try check(source, in: project, cache, lockfile, lockTimeout: lockTimeout) {
        findings.append(Finding(registry: source.name, problem: problem))
      }
    }
    withExtendedLifetime(lock) {}
    return findings
  }

  /// Accepts the lockfile as it is: computes all HMACs again with the project's key.
  ///
  /// - Returns: The number of entries.
  /// - Throws: `ProjectError.projectKey` when there is none that can be used, `ProjectError.invalidFile`,
  ///   `RefError`, `DiskError`.
  package static func resign(_ project: Project, lockTimeout: Duration) throws -> Int {
    guard let key = try project.readProjectKey() else { throw ProjectError.noProjectKey }
    let cache = try Cache.create(in: project)
    try ProjectFiles(project: project, cache: cache, lockTimeout: lockTimeout).resignLockfile(with: key)
    return try project.readUncheckedLockfile().entries.count
  }

  private static func check(
    _ source: Source,
    in project: Project,
    _ cache: Cache?,
    _ lockfile: Lockfile,
    lockTimeout: Duration
  ) throws -> Finding.Problem? {
    guard let cache else {
      if let refused = lockfile.findRefused(source.name) {
        return .provenance(.refusedEntry(field: refused.field, value: refused.value))
      }
      return lockfile.find(source.name) == nil ? nil : .notSynced
    }
    let registry = OpenRegistry(
      source,
      in: project,
      policy: try project.readPolicy(),
      cache: cache,
      lockTimeout: lockTimeout
    )
    for _ in 0..<RegistryMoment.attempts {
      let moment = try RegistryMoment(of: source.name, in: project, cache)
      let snapshots = try moment.acceptable.map { id in
        try cache.store.readSnapshot(id)
      }
      guard let problem = try problem(moment, snapshots, registry) else { return nil }
      // A problem is reported only if the registry did not change while it was checked.
      if try RegistryMoment(of: source.name, in: project, cache) == moment { return problem }
    }
    throw ReadingError.keepsChanging(source.name)
  }

  private static func problem(
    _ moment: RegistryMoment,
    _ snapshots: [Snapshot],
    _ registry: OpenRegistry
  ) throws -> Finding.Problem? {
    let problem = try moment.provenanceProblem(snapshots, of: registry)
    if snapshots.isEmpty, problem == nil || problem == .missingEntry {
      return moment.lockEntry == nil ? nil : .notSynced
    }
    return problem.map { .provenance($0) }
  }
}

/// Keeps a reader's lock for as long as the value lives, where an optional lock has to be passed around.
private final class StoreLockHolder {
  private let lock: StoreLock?

  init(_ lock: consuming StoreLock?) {
    self.lock = lock
  }
}
