import Disk
import ObjectStore
import Refs
package import RegistryModel
import SystemPackage

/// Verifies a registry again: every object, every view file, the lock entry, and the current policy.
///
/// Takes no registry lock: it reads refs, pending record and view identity before and after, and starts
/// again if any of them changed while it found something (DESIGN section 3.2).
package struct RegistryVerifier: Sendable {
  private let project: Project
  private let cache: Cache
  private let source: Source
  private let policy: Policy

  /// Opens a registry for verification.
  ///
  /// - Throws: `ReadingError.neverSynced`; what opening the cache throws.
  package init(_ source: Source, in project: Project, policy: Policy) throws {
    guard let cache = try Cache.find(in: project) else { throw ReadingError.neverSynced(source.name) }
    self.project = project
    self.cache = cache
    self.source = source
    self.policy = policy
  }

  /// Makes all checks.
  ///
  /// - Throws: `ReadingError.neverSynced`, `ReadingError.keepsChanging`, `RefError`, `DiskError`.
  package func verify(lockTimeout: Duration) throws -> VerifyReport {
    let lock = try StoreLock.acquireForReading(in: cache.folder, timeout: lockTimeout)
    for _ in 0..<RegistryMoment.attempts {
      let before = try moment()
      let report = try check(before)
      let isSettled = report.isIntact ? true : try moment() == before
      if isSettled {
        _ = consume lock
        return report
      }
    }
    throw ReadingError.keepsChanging(source.name)
  }

  private func moment() throws -> RegistryMoment {
    try RegistryMoment(of: source.name, in: project, cache)
  }

  private func check(_ moment: RegistryMoment) throws -> VerifyReport {
    guard let current = moment.current else { throw ReadingError.neverSynced(source.name) }
    let history = try RegistryHistory(of: source.name, in: cache)
    var (findings, objectCount) = try checkObjects(history)
    let snapshots = moment.acceptable.compactMap { id in
      // A damaged snapshot is reported with the objects already.
      (try? cache.store.readSnapshot(id)).map { (id, $0) }
    }
    var viewFileCount = 0
    var notes: [TrustNote] = []
    if let newest = snapshots.first, newest.0 == current {
      let (viewFindings, count) = try checkView(snapshots.map(\.1))
      if !(moment.mayLackView && viewFindings.map(\.kind) == [.view(.absent)]) { findings += viewFindings }
      viewFileCount = count
      findings += checkLockfile(moment, snapshots.map(\.1))
      findings += try checkCodes(moment.lockEntry)
      let trust = try checkTrust(
        newest.1,
        after: moment.otherLockEntry(than: newest.1, url: source.location.text)
      )
      findings += trust.findings
      notes = trust.notes
    }
    if moment.isUnfinished {
      findings.append(.init(layer: .view, kind: .interrupted, isFailure: false))
    }
    return VerifyReport(
      registry: source.name,
      snapshot: current,
      version: snapshots.first?.1.version,
      trust: snapshots.first?.1.trust,
      objectCount: objectCount,
      viewFileCount: viewFileCount,
      hasProjectKey: try project.readProjectKey() != nil,
      notes: notes,
      findings: findings
    )
  }

  // MARK: Layers

  private func checkObjects(
    _ history: RegistryHistory
  ) throws -> ([VerifyReport.Finding], Int) {
    let proof = try ObjectProof(of: history, in: cache.store)
    let paths = proof.findPaths()
    return (proof.problems.map { Self.finding($0, paths: paths[$0.id] ?? []) }, proof.objectCount)
  }

  private static func finding(_ problem: Reachability.Problem, paths: [String]) -> VerifyReport.Finding {
    let kind: VerifyReport.Finding.Kind =
      switch problem.error {
      case .missing: .missingObject(problem.id, paths: paths)
      case .malformed: .malformedObject(problem.id, problem.error)
      default: .damagedObject(problem.id, paths: paths, problem.error)
      }
    return .init(layer: .objects, kind: kind, isFailure: true)
  }

  private func checkView(_ snapshots: [Snapshot]) throws -> ([VerifyReport.Finding], Int) {
    let view: Folder?
    do {
      view = try cache.folder.findFolder(ProjectLayout.view(source.name))
    } catch {
      guard error.isWrongKind else { throw error }
      return (
        [.init(layer: .view, kind: .view(.wrongKind(path: source.name.description)), isFailure: true)], 0
      )
    }
    var first: [ViewCheck.Finding]?
    var count = 0
    for snapshot in snapshots {
      let content: ViewContent
      do { content = try ViewContent(of: snapshot, in: cache.store) } catch { continue }
      let findings = try ViewCheck.findings(in: view, against: content)
      count = max(count, content.files.count + 1)
      if findings.isEmpty { return ([], count) }
      first = first ?? findings
    }
    return ((first ?? []).map { .init(layer: .view, kind: .view($0), isFailure: true) }, count)
  }

  private func checkLockfile(_ moment: RegistryMoment, _ snapshots: [Snapshot]) -> [VerifyReport.Finding] {
    guard let problem = moment.provenanceProblem(snapshots, url: source.location.text) else { return [] }
    let isFailure = problem == .missingEntry ? policy.requireLockfileOnVerify : true
    return [.init(layer: .lockfile, kind: .lockfile(problem), isFailure: isFailure)]
  }

  private func checkCodes(_ entry: LockEntry?) throws -> [VerifyReport.Finding] {
    guard let entry else { return [] }
    let key = try project.readProjectKey()
    let checks = [
      ("signature", entry.checkSignature(with: key)), ("entry_hmac", entry.checkEntryHMAC(with: key)),
    ]
    var findings: [VerifyReport.Finding] = []
    for (field, result) in checks {
      switch result {
      case .valid: continue
      case .mismatch: findings.append(.init(layer: .hmac, kind: .forgedEntry(field: field), isFailure: true))
      case .missing: findings.append(.init(layer: .hmac, kind: .missingCode(field: field), isFailure: false))
      case .notChecked: return []
      }
    }
    return findings
  }

  /// Whether the snapshot matches its manifest, which is all that the signatures cover.
  private func checkContent(
    _ snapshot: Snapshot,
    _ manifest: Manifest
  ) throws -> [VerifyReport.Finding] {
    do {
      guard let path = try HeldManifest.findDifference(snapshot, manifest, in: cache.store) else { return [] }
      return [.init(layer: .signatures, kind: .untrusted(.notAsPublished(path)), isFailure: true)]
    } catch is ObjectStoreError {
      // A damaged tree is reported with the objects already.
      return []
    }
  }

  /// Judges the manifest in use by the current keys and policy, and by its age.
  private func checkTrust(
    _ snapshot: Snapshot,
    after other: LockEntry?
  ) throws -> (findings: [VerifyReport.Finding], notes: [TrustNote]) {
    let question: TrustQuestion
    do {
      question = try HeldManifest.question(
        snapshot,
        of: source,
        policy: policy,
        trust: project.readTrustMaterial(policy: policy),
        in: cache.store,
        after: other
      )
    } catch is ObjectStoreError {
      // A damaged manifest is reported with the objects already.
      return ([], [])
    }
    var findings: [VerifyReport.Finding] = []
    var notes: [TrustNote] = []
    do {
      // Notes about the pin are left out: they describe the moment when the manifest was accepted.
      notes = try TrustVerdict.judgeHeld(question).notes.filter { note in
        if case .firstPin = note { false } else { true }
      }
    } catch {
      findings = [.init(layer: .signatures, kind: .untrusted(error), isFailure: true)]
    }
    findings += try checkContent(snapshot, question.manifest)
    if let staleness = question.staleness {
      let isFailure = policy.limits.maxManifestAge != nil
      findings.append(.init(layer: .age, kind: .stale(staleness), isFailure: isFailure))
    }
    findings += try EvidenceLog.entries(of: source.name, in: cache)
      .map { .init(layer: .signatures, kind: .equivocation($0), isFailure: false) }
    return (findings, notes)
  }
}
