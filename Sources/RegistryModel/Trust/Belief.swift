package import ObjectStore

/// Whether a snapshot may be used now, and why (DESIGN section 8a).
///
/// Objects prove themselves by their ids; refs, reflogs and records of a cache prove nothing. What leads to a snapshot
/// is a hint that anybody may have written, so every reader and writer asks this before it uses the snapshot.
package enum Belief: Equatable, Sendable {
  /// This machine wrote the hint that leads to it.
  case vouched(BeliefHint)
  /// The lock entry names it.
  case locked
  /// Its manifest is signed, and a sync would take it.
  case verified(TrustVerdict)
  /// None of the three holds.
  case refused(Disbelief)

  /// Decides; hints come first, because only they can speak for the snapshot's own words, and signatures last, because
  /// all files have to be compared with the manifest for them.
  package static func judge(_ question: BeliefQuestion) -> Belief {
    if case .right(let hint) = question.voucher { return .vouched(hint) }
    if case .agrees = question.lock { return .locked }
    if case .verified(let verdict) = question.verdict { return .verified(verdict) }
    return .refused(Disbelief(question))
  }

  /// Why it may not be used; nil where it may.
  package var disbelief: Disbelief? {
    if case .refused(let disbelief) = self { disbelief } else { nil }
  }

  /// Whether this machine wrote the snapshot itself and all that it follows, so that its words and its parents can be
  /// believed as well.
  package var isHistoryOwn: Bool {
    if case .vouched(let hint) = self { hint.isHistoryOwn } else { false }
  }
}

/// A hint with a right voucher.
package struct BeliefHint: Equatable, Sendable {
  /// Where it stands.
  package enum Place: Equatable, Sendable {
    /// A line of the registry's reflog.
    case reflog
    /// What is remembered of the last check, for the newest synced snapshot.
    case state
    /// The record of an unfinished write.
    case pendingRecord
    /// Before a snapshot of which one of the others says that all before it were written here too.
    case history(of: ObjectID)
  }

  package let place: Place
  /// Whether this machine wrote the snapshot and all that it follows.
  package let isHistoryOwn: Bool

  package init(_ place: Place, isHistoryOwn: Bool) {
    (self.place, self.isHistoryOwn) = (place, isHistoryOwn)
  }
}

/// What is known of a snapshot: an answer to each of the three ways to be believed.
package struct BeliefQuestion: Equatable, Sendable {
  /// What the lockfile says of it.
  package enum Lock: Equatable, Sendable {
    /// The entry is about it, and its HMACs are right where the project has a key.
    case agrees
    /// There is no entry.
    case absent
    /// The entry is about another snapshot; the name of the first field that differs.
    case differs(field: String)
    /// An HMAC of the entry is wrong.
    case forged(field: String)
    /// The project has a key, but the entry lacks an HMAC.
    case unauthenticated
    /// Not looked at, as something else decides.
    case unasked
  }

  /// What its signatures are worth.
  package enum Verdict: Equatable, Sendable {
    /// A sync would take it by its signatures.
    case verified(TrustVerdict)
    /// A sync would take it, but not for its signatures: that proves nothing of what lies here.
    case unsigned
    /// A sync would refuse it.
    case refused(TrustRefusal)
    /// Its manifest or its files cannot be read.
    case unreadable
    /// The lockfile has no entry, so nothing says which keys and which order it would have to have.
    case unremembered
    /// Not looked at, as something else decides.
    case unasked
  }

  /// Whose hint leads to it.
  package enum Voucher: Equatable, Sendable {
    case right(BeliefHint)
    /// Hints name it, with vouchers that this machine did not make for this project.
    case wrong
    /// Hints name it, or none does; none of them has a voucher.
    case missing
    /// A ref names it, but this machine wrote something else since, or the lock entry remembers something newer: the ref
    /// was put back.
    case outdated
    /// It was synced from another address than the registry's.
    case otherAddress
    /// This machine has no key.
    case noKey
  }

  package var lock: Lock
  package var voucher: Voucher
  package var verdict: Verdict

  package init(lock: Lock, voucher: Voucher, verdict: Verdict) {
    (self.lock, self.voucher, self.verdict) = (lock, voucher, verdict)
  }
}

/// Why none of the three ways to believe a snapshot is open.
package struct Disbelief: Error, Equatable, Sendable {
  package let lock: BeliefQuestion.Lock
  package let voucher: BeliefQuestion.Voucher
  package let verdict: BeliefQuestion.Verdict

  fileprivate init(_ question: BeliefQuestion) {
    (lock, voucher, verdict) = (question.lock, question.voucher, question.verdict)
  }
}

extension BeliefQuestion.Lock {
  /// What a lock entry says of a snapshot.
  ///
  /// `mismatch`: The first field in which they differ.
  /// `codes`: The results for `signature` and `entry_hmac`.
  package init(
    _ entry: LockEntry?,
    mismatch: String?,
    codes: (signature: LockfileAuthentication, hmac: LockfileAuthentication)
  ) {
    guard entry != nil else {
      self = .absent
      return
    }
    // A forged entry says nothing, so this comes before what it says.
    if codes.signature == .mismatch {
      self = .forged(field: "signature")
    } else if codes.hmac == .mismatch {
      self = .forged(field: "entry_hmac")
    } else if let mismatch {
      self = .differs(field: mismatch)
    } else if codes.hmac == .missing || codes.signature == .missing {
      self = .unauthenticated
    } else {
      self = .agrees
    }
  }
}
