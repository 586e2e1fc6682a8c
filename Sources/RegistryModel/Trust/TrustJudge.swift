import Formats
import ObjectStore

/// The steps of the trust decision, one function each; they also collect the notes.
struct TrustJudge {
  let question: TrustQuestion
  private let signers: [Signer]
  private var notes: [TrustNote] = []

  init(question: TrustQuestion) {
    self.question = question
    signers = question.signatures.signers
  }

  private var manifest: Manifest { question.manifest }
  private var policy: Policy { question.policy }
  private var memory: TrustMemory { question.memory }

  var verdict: TrustVerdict {
    TrustVerdict(trust: signers.isEmpty ? .unsigned : .verified, signers: signers, notes: notes)
  }

  // MARK: Signatures

  /// Requires that no signature is wrong, that enough of them count, and that the keys match the pins.
  mutating func checkSignatures() throws(TrustRefusal) {
    if let bad = question.signatures.firstBad { throw .badSignature(keyID: bad.keyID, bad.algorithm) }
    notes += question.signatures.ignored.map {
      .ignoredSignature(keyID: $0.block.keyID, $0.block.algorithm, $0.reason)
    }
    do {
      try checkCounted()
    } catch {
      throw error.explained(
        by: question.signatures.ignored.map {
          .init(keyID: $0.block.keyID, algorithm: $0.block.algorithm, reason: $0.reason)
        }
      )
    }
  }

  private mutating func checkCounted() throws(TrustRefusal) {
    if signers.isEmpty {
      try checkUnsigned()
      notes.append(.unsigned)
    } else {
      try checkThreshold()
      notes.append(.signed(by: signers, fields: coveredFields))
      try checkPins()
    }
  }

  private mutating func checkUnsigned() throws(TrustRefusal) {
    // Independent of the policy: an attacker who removes the signature must not succeed.
    if memory.wasSigned || !memory.pins.isEmpty {
      try refuse(.signatureStripped(old: memory.pins.first ?? []))
    }
    if question.source.isSignatureRequired { throw .signatureRequired(bySource: true) }
    if policy.requireSignature { throw .signatureRequired(bySource: false) }
    switch question.source.location {
    case .web:
      if policy.requireTrustedPublisher { throw .trustedPublisherRequired }
      if !policy.allowUnsignedRemote { throw .unsigned(.remote) }
      // A threshold above one requires keys explicitly, so allowing unsigned registries does not apply.
      guard policy.signatureThreshold <= 1 else {
        throw .thresholdNotMet(needed: policy.signatureThreshold, found: 0)
      }
    case .folder: if !policy.allowUnsignedLocal { throw .unsigned(.local) }
    case .bundled: if !policy.allowUnsignedBundled { throw .unsigned(.bundled) }
    }
  }

  private func checkThreshold() throws(TrustRefusal) {
    let publishers = signers.filter(\.isPublisher).count
    if policy.requireTrustedPublisher, publishers == 0 { throw .trustedPublisherRequired }
    // The threshold counts public keys; the project's own key counts as one, if there are no others.
    let found = max(publishers, 1)
    guard found >= policy.signatureThreshold else {
      throw .thresholdNotMet(needed: policy.signatureThreshold, found: found)
    }
  }

  /// The lock entry and the newest snapshot may pin different keys; the manifest has to satisfy both.
  private mutating func checkPins() throws(TrustRefusal) {
    let now = Set(signers.map(\.fingerprint))
    if memory.pins.isEmpty { notes.append(.firstPin(signers)) }
    var reported: Set<Set<String>> = [now]
    for pin in memory.pins {
      let pinned = Set(pin.map(\.fingerprint))
      guard reported.insert(pinned).inserted else { continue }
      if pinned.intersection(now).count < policy.signatureThreshold {
        try refuse(.signerChanged(old: pin, new: signers, needed: policy.signatureThreshold))
      }
      notes.append(.signersChanged(old: pin, new: signers))
    }
  }

  /// The fields that every counted signature covers, in the order of the manifest.
  private var coveredFields: [String] {
    let counting = question.signatures.results.filter {
      if case .counts = $0.outcome { true } else { false }
    }
    return manifest.members.map(\.name).filter { name in
      counting.allSatisfy { $0.block.signedFields.contains { $0.utf8.elementsEqual(name.utf8) } }
    }
  }

  // MARK: Identity

  /// Requires the same registry name as at the first sync.
  func checkIdentity() throws(TrustRefusal) {
    let other = memory.registryNames.first { !$0.utf8.elementsEqual(manifest.registryName.utf8) }
    if let other { throw .otherRegistry(expected: other, found: manifest.registryName) }
  }

  // MARK: Order

  /// Requires that the manifest is not older than a known one, and that one version has one content.
  mutating func checkOrder() throws(TrustRefusal) {
    if question.manifestID != memory.settledManifest, let rollback { try refuse(.rollback(rollback)) }
    try checkSameVersion()
    if let ahead = ManifestTimes(manifest).skew(at: question.now) {
      try refuse(.fromTheFuture(manifest.generatedAt, by: ahead))
    }
  }

  private var rollback: TrustRefusal.Rollback? {
    if let highest = memory.highestVersion, manifest.version < highest {
      return .version(offered: manifest.version, highest: highest)
    }
    if let highest = memory.highestGeneratedAt, manifest.generatedAt < highest {
      return .generatedAt(offered: manifest.generatedAt, highest: highest)
    }
    return nil
  }

  private func checkSameVersion() throws(TrustRefusal) {
    let others = memory.releases.filter {
      $0.version == manifest.version && $0.manifest != question.manifestID
    }
    guard !others.isEmpty else { return }
    let content = manifest.contentID
    for known in others {
      // The lock entry contains only ids; the content may be known from another release with the same id.
      let knownContent =
        known.content ?? memory.releases.first { $0.manifest == known.manifest && $0.content != nil }?.content
      guard knownContent == content else {
        let release = TrustMemory.Release(
          version: known.version,
          manifest: known.manifest,
          content: knownContent,
          isSigned: known.isSigned
        )
        throw .sameVersionOtherContent(manifest.version, known: release, offered: question.manifestID)
      }
    }
  }

  // MARK: Freshness

  /// Requires that the manifest is neither too old nor too new.
  func checkFreshness() throws(TrustRefusal) {
    if let staleness = question.staleness { throw staleness }
    // The manifest that is current already is exempt, as it does not become the newest now.
    guard let age = policy.limits.minReleaseAge, question.manifestID != memory.settledManifest else { return }
    let until = max(manifest.generatedAt, memory.firstSeen ?? question.now) + age
    if question.now < until { throw .tooYoung(until: until) }
  }

  // MARK: Overrides

  /// Refuses, unless the user gave the override for this refusal; then it is recorded as a note.
  private mutating func refuse(_ refusal: TrustRefusal) throws(TrustRefusal) {
    guard let override = refusal.override, question.overrides.contains(override) else { throw refusal }
    notes.append(.overrode(override, refusal))
  }
}
