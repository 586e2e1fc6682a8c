import Disk
import ObjectStore
import Refs
import RegistryModel
import SystemPackage

/// Verifies a registry again: every object, every view file, the lock entry, and the current policy.
///
/// Takes no registry lock: it reads refs, pending record and view identity before and after, and starts
/// again if any of them changed while it found something (DESIGN section 3.2).
package struct RegistryVerifier: Sendable {
  private let registry: OpenRegistry

  package init(_ registry: OpenRegistry) {
    self.registry = registry
  }

  private var cache: Cache { registry.cache }
  private var policy: Policy { registry.policy }

  /// Makes all checks.
  ///
  /// - Throws: `ReadingError.neverSynced`, `ReadingError.keepsChanging`, `RefError`, `DiskError`.
  package func verify() throws -> VerifyReport {
    let lock = try StoreLock.acquireForReading(in: cache.folder, timeout: registry.lockTimeout)
    let trust = try registry.readTrust()
    for _ in 0..<RegistryMoment.attempts {
      let before = try moment()
      let report = try check(before, trust)
      let isSettled = report.isIntact ? true : try moment() == before
      if isSettled {
        _ = consume lock
        return report
      }
    }
    throw ReadingError.keepsChanging(registry.name)
  }

  private func moment() throws -> RegistryMoment {
    try RegistryMoment(of: registry.name, in: registry.project, cache)
  }

  private func check(_ moment: RegistryMoment, _ material: TrustMaterial) throws -> VerifyReport {
    guard let current = moment.current else { throw ReadingError.neverSynced(registry.name) }
    let history = try RegistryHistory(of: registry.name, in: cache)
    var (findings, objectCount) = try checkObjects(history, moment, material)
    let snapshots = moment.acceptable.compactMap { id in
      // A damaged snapshot is reported with the objects already.
      (try? cache.store.readSnapshot(id)).map { (id, $0) }
    }
    var view = CheckedView()
    var notes: [TrustNote] = []
    if let newest = snapshots.first, newest.0 == current {
      view = try checkView(snapshots.map(\.1))
      if !(moment.mayLackView && view.findings.map(\.kind) == [.view(.absent)]) { findings += view.findings }
      findings += try checkLockfile(moment, snapshots.map(\.1))
      findings += checkCodes(moment.lockEntry, material.projectKey)
      let trust = try checkTrust(
        newest.1,
        material,
        after: try moment.otherLockEntry(than: newest.1, of: registry)
      )
      findings += trust.findings
      notes = trust.notes
      findings += try checkBelief(newest.0, newest.1, moment, material)
    }
    return VerifyReport(
      registry: registry.name,
      snapshot: current,
      version: snapshots.first?.1.version,
      generatedAt: snapshots.first?.1.generatedAt,
      trust: snapshots.first?.1.trust,
      objectCount: objectCount,
      viewFileCount: view.fileCount,
      withheld: view.withheld,
      hasProjectKey: material.projectKey != nil,
      notes: notes,
      findings: findings
    )
  }

  private func beliefs(_ moment: RegistryMoment, _ material: TrustMaterial) -> BeliefGathering {
    BeliefGathering(of: registry, entry: moment.lockEntry, key: material.projectKey, trust: material)
  }

  /// Whether anything shows that the snapshot is what was synced, and whether a write of ours is to be finished.
  private func checkBelief(
    _ id: ObjectID,
    _ snapshot: Snapshot,
    _ moment: RegistryMoment,
    _ material: TrustMaterial
  ) throws -> [VerifyReport.Finding] {
    let beliefs = beliefs(moment, material)
    let belief = try beliefs.belief(of: id, snapshot, as: .inUse)
    if let disbelief = belief.disbelief {
      return [.init(layer: .signatures, kind: .unbelieved(disbelief), isFailure: true)]
    }
    if let newest = try moment.findDisbelievedNewest(beliefs, in: cache.store) {
      let kind: VerifyReport.Finding.Kind =
        newest.voucher == .outdated ? .newestPutBack(newest) : .newestUnbelieved(newest)
      return [.init(layer: .signatures, kind: kind, isFailure: true)]
    }
    guard moment.isUnfinished else { return [] }
    // An old snapshot that somebody put back is no write of ours that is to be finished.
    if let entry = moment.lockEntry, try !moment.explains(id, snapshot, of: registry) {
      let found = try Provenance.disagreements(entry, snapshot, of: registry)
      if !found.isEmpty {
        return [.init(layer: .lockfile, kind: .lockfile(.disagrees(found)), isFailure: true)]
      }
    }
    return [.init(layer: .view, kind: .interrupted, isFailure: false)]
  }

  // MARK: Layers

  private func checkObjects(
    _ history: RegistryHistory,
    _ moment: RegistryMoment,
    _ material: TrustMaterial
  ) throws -> ([VerifyReport.Finding], Int) {
    let proof = try ObjectProof(of: history, of: registry, believing: beliefs(moment, material))
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

  /// What a comparison of the view with the snapshots that it may be of has shown.
  private struct CheckedView {
    var findings: [VerifyReport.Finding] = []
    var fileCount = 0
    /// What the view of the first snapshot lacks.
    var withheld: [WithheldFile] = []
  }

  private func checkView(_ snapshots: [Snapshot]) throws -> CheckedView {
    let view: Folder?
    do {
      view = try cache.folder.findFolder(ProjectLayout.view(registry.name))
    } catch {
      guard error.isWrongKind else { throw error }
      let kind = VerifyReport.Finding.Kind.view(.wrongKind(path: registry.name.description))
      return CheckedView(findings: [.init(layer: .view, kind: kind, isFailure: true)])
    }
    var checked = CheckedView()
    var first: [ViewCheck.Finding]?
    for snapshot in snapshots {
      let content: ViewContent
      // What is damaged or lost is reported with the objects already.
      do { content = ViewContent(try registry.withholding(of: snapshot)) } catch is ObjectStoreError {
        continue
      }
      let findings = try ViewCheck.findings(in: view, against: content)
      checked.fileCount = max(checked.fileCount, content.files.count { !$0.path.isManifest })
      if first == nil || findings.isEmpty { checked.withheld = content.withheld }
      if findings.isEmpty { return checked }
      first = first ?? findings
    }
    if let view, first?.isEmpty == false, let snapshot = snapshots.first {
      // What is damaged or lost is reported with the objects already.
      do {
        if let difference = try OtherPolicyView(registry: registry).find(in: view, snapshot) {
          checked.findings = [.init(layer: .view, kind: Self.kind(difference), isFailure: true)]
          return checked
        }
      } catch is ObjectStoreError {}
    }
    checked.findings = (first ?? []).map { .init(layer: .view, kind: .view($0), isFailure: true) }
    return checked
  }

  private static func kind(_ difference: OtherPolicyView.Difference) -> VerifyReport.Finding.Kind {
    .viewOfOtherPolicy(coming: difference.comingCount, leaving: difference.leavingCount)
  }

  private func checkLockfile(_ moment: RegistryMoment, _ snapshots: [Snapshot]) throws -> [VerifyReport
    .Finding]
  {
    guard let problem = try moment.provenanceProblem(snapshots, of: registry) else { return [] }
    let isFailure = problem == .missingEntry ? policy.requireLockfileOnVerify : true
    return [.init(layer: .lockfile, kind: .lockfile(problem), isFailure: isFailure)]
  }

  private func checkCodes(_ entry: LockEntry?, _ key: ProjectKey?) -> [VerifyReport.Finding] {
    (entry?.codeProblems(with: key) ?? []).map { problem in
      .init(layer: .hmac, kind: .entryCode(problem), isFailure: true)
    }
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
    _ material: TrustMaterial,
    after other: LockEntry?
  ) throws -> (findings: [VerifyReport.Finding], notes: [TrustNote]) {
    let question: TrustQuestion
    do {
      question = try HeldManifest.question(
        snapshot,
        of: registry,
        trust: material,
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
    findings += try EvidenceLog.entries(of: registry.name, in: cache)
      .map { .init(layer: .signatures, kind: .equivocation($0), isFailure: false) }
    return (findings, notes)
  }
}
