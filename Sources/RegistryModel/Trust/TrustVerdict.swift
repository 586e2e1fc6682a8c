package import ObjectStore

/// A manifest that may be taken, with what was proven about it (DESIGN section 8).
///
/// The decision is pure: bytes, keys, policy, memory and one `now` in, verdict or refusal out. It says what
/// was proven, never that something is safe.
package struct TrustVerdict: Equatable, Sendable {
  /// What the snapshot records.
  package let trust: Snapshot.Trust
  /// The keys whose signatures counted, in the order of the manifest: the next pin.
  package let counted: [CountedSigner]
  /// What is to be shown, in the order it was found.
  package let notes: [TrustNote]

  /// The keys that counted, as the snapshot records them.
  package var signers: [Snapshot.Signer] {
    counted.map {
      Snapshot.Signer(
        algorithm: $0.algorithm.rawValue,
        keyID: $0.keyID,
        fingerprint: $0.fingerprint.description
      )
    }
  }

  /// The overrides that were given and needed: for the reflog.
  package var usedOverrides: [TrustOverride] {
    var used: [TrustOverride] = []
    for case .overrode(let override, _) in notes where !used.contains(override) { used.append(override) }
    return used
  }

  /// Judges a manifest that is to become the newest: in a sync, an import, or from another store.
  ///
  /// - Throws: `TrustRefusal`, the first in the order of its table's integrity part: signatures before
  ///   identity, identity before order, order before freshness.
  package static func judge(_ question: TrustQuestion) throws(TrustRefusal) -> TrustVerdict {
    var judge = TrustJudge(question: question)
    try judge.checkSignatures()
    try judge.checkIdentity()
    if !question.isLocal {
      try judge.checkOrder()
      try judge.checkFreshness()
    }
    return judge.verdict
  }

  /// Judges a manifest that is held already, by today's trust store and policy alone: in `verify`,
  /// `checkout`, `export`, catalog and install.
  ///
  /// Its place in history was judged when it was taken; `TrustMemory.ofHeld` is the memory to give.
  ///
  /// - Throws: `TrustRefusal` about signatures, or about the registry's name.
  package static func judgeHeld(_ question: TrustQuestion) throws(TrustRefusal) -> TrustVerdict {
    var judge = TrustJudge(question: question)
    try judge.checkSignatures()
    try judge.checkIdentity()
    return judge.verdict
  }
}

extension TrustMemory {
  /// The memory to judge a held snapshot by: that it was signed, so that a revoked key is no loophole.
  ///
  /// `entry`: A lock entry that is not about the snapshot, as while an interrupted write is unfinished; what
  /// it pins holds then as well.
  package static func ofHeld(_ snapshot: Snapshot, after entry: LockEntry? = nil) -> TrustMemory {
    var memory = TrustMemory(lockEntry: entry, synced: nil)
    memory.wasSigned = memory.wasSigned || snapshot.trust == .verified
    return memory
  }
}
