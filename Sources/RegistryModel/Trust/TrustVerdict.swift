package import ObjectStore

/// The decision to accept a manifest, with what was verified about it (DESIGN section 8).
///
/// The decision is pure: bytes, keys, policy, memory and one `now` in, verdict or refusal out. It states what was
/// verified, not that the content is safe.
package struct TrustVerdict: Equatable, Sendable {
  /// The value for the snapshot.
  package let trust: Snapshot.Trust
  /// The keys whose signatures counted, in the order of the manifest: the next pin.
  package let signers: [Signer]
  /// The notes to report, in the order in which they were found.
  package let notes: [TrustNote]

  /// A verdict as it was given before.
  package init(trust: Snapshot.Trust, signers: [Signer], notes: [TrustNote]) {
    (self.trust, self.signers, self.notes) = (trust, signers, notes)
  }

  /// The overrides that were needed, for the reflog.
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

  /// Judges a manifest that is already stored, only by the current trust store and policy: for `verify`, `checkout`,
  /// `export`, catalog and install.
  ///
  /// Its order in the history was judged when it was accepted; pass `TrustMemory.ofHeld` as the memory.
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
  /// The memory for a stored snapshot: whether it was signed, so that revoking its key does not make it unsigned.
  ///
  /// `entry`: A lock entry of another snapshot, as exists while an interrupted write is unfinished; its pin applies
  /// too.
  package static func ofHeld(_ snapshot: Snapshot, after entry: LockEntry? = nil) -> TrustMemory {
    var memory = TrustMemory(lockEntry: entry, synced: nil)
    memory.wasSigned = memory.wasSigned || snapshot.trust == .verified
    return memory
  }
}
