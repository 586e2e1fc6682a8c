import ObjectStore
import Refs
package import RegistryModel

/// Compares the lockfile with the store: for CI.
package enum LockfileCheck {
  /// A registry whose entry and snapshot in use do not agree.
  package struct Finding: Equatable, Sendable {
    /// How they disagree.
    package enum Problem: Equatable, Sendable {
      case missingEntry
      /// An HMAC of the entry is wrong.
      case forged(field: String)
      case mismatch(field: String)
      case notSynced
      case unknownSource
    }

    /// The registry.
    package let registry: RegistryName
    /// How they disagree.
    package let problem: Problem
  }

  /// Compares every entry and every synced registry.
  package static func run(_ project: Project, lockTimeout: Duration) throws -> [Finding] {
    let lockfile = try project.readUncheckedLockfile()
    let key = try project.readProjectKey()
    let sources = try project.readSources()
    let cache = try Cache.find(in: project)
    var findings: [Finding] = []
    for entry in lockfile.entries where sources.find(entry.name) == nil {
      findings.append(Finding(registry: entry.name, problem: .unknownSource))
    }
    for entry in lockfile.entries {
      if entry.checkSignature(with: key) == .mismatch {
        findings.append(Finding(registry: entry.name, problem: .forged(field: "signature")))
      }
      if entry.checkEntryHMAC(with: key) == .mismatch {
        findings.append(Finding(registry: entry.name, problem: .forged(field: "entry_hmac")))
      }
    }
    let lock = try cache.map { cache in
      StoreLockHolder(try StoreLock.acquireForReading(in: cache.folder, timeout: lockTimeout))
    }
    for source in sources.sources {
      if let problem = try check(source, in: project, cache) {
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
    return try project.readLockfile().entries.count
  }

  private static func check(
    _ source: Source,
    in project: Project,
    _ cache: Cache?
  ) throws -> Finding.Problem? {
    guard let cache else { return try project.readLockfile().find(source.name) == nil ? nil : .notSynced }
    for _ in 0..<RegistryMoment.attempts {
      let moment = try RegistryMoment(of: source.name, in: project, cache)
      let snapshots = try moment.acceptable.map { id in
        try cache.store.readSnapshot(id)
      }
      guard let problem = problem(moment, snapshots, source) else { return nil }
      // A problem is reported only if the registry did not change while it was checked.
      if try RegistryMoment(of: source.name, in: project, cache) == moment { return problem }
    }
    throw ReadingError.keepsChanging(source.name)
  }

  private static func problem(
    _ moment: RegistryMoment,
    _ snapshots: [Snapshot],
    _ source: Source
  ) -> Finding.Problem? {
    if snapshots.isEmpty { return moment.lockEntry == nil ? nil : .notSynced }
    switch moment.provenanceProblem(snapshots, url: source.location.text) {
    case nil: return nil
    case .missingEntry?: return .missingEntry
    case .mismatch(let field)?: return .mismatch(field: field)
    }
  }
}

/// Keeps a reader's lock for as long as the value lives, where an optional lock has to be passed around.
private final class StoreLockHolder {
  private let lock: StoreLock?

  init(_ lock: consuming StoreLock?) {
    self.lock = lock
  }
}
