package import RegistryModel

/// A key that the user takes in place of an older one of the same name.
package struct KeyAcceptance: Sendable {
  /// The entry.
  package let keyID: String
  /// The new key; nil takes whatever is served.
  package let fingerprint: KeyFingerprint?

  /// Accepts a key.
  package init(keyID: String, fingerprint: KeyFingerprint?) {
    (self.keyID, self.fingerprint) = (keyID, fingerprint)
  }
}

/// A key that is to be exchanged.
package struct KeyReplacement: Sendable {
  /// The entry.
  package let keyID: String
  /// The key that was shown as the old one.
  package let old: KeyFingerprint
  /// The key that takes its place.
  package let new: Ed25519PublicKey
}

/// What is to be done with what was found, given what the user accepts.
///
/// Either every acceptance is met or nothing is replaced: a host that serves one key that the publisher did
/// not announce may have been taken over, and is not believed about the others.
package struct TrustSyncPlan: Sendable {
  /// One key of the store.
  package struct Item: Sendable {
    /// What asking for it found.
    package let outcome: TrustSync.Outcome
    /// Whether the user accepts a key in its place.
    package let isAccepted: Bool
    /// Whether a key is accepted, and it is not the one that is served.
    package let isUnmet: Bool
  }

  /// All keys, in the store's order.
  package let items: [Item]

  /// Holds what was found against what is accepted; several acceptances of one key must all be met.
  package init(_ outcomes: [TrustSync.Outcome], accepting acceptances: [KeyAcceptance]) {
    items = outcomes.map { outcome in
      let accepted = acceptances.filter { $0.keyID == outcome.key.keyID }
      let served = Self.served(outcome)
      let isMet = accepted.allSatisfy { served != nil && ($0.fingerprint ?? served) == served }
      return Item(outcome: outcome, isAccepted: !accepted.isEmpty, isUnmet: !isMet)
    }
  }

  /// Whether every acceptance is met.
  package var isSound: Bool { !items.contains(where: \.isUnmet) }

  /// The keys to exchange: none unless the plan is sound.
  package var replacements: [KeyReplacement] {
    guard isSound else { return [] }
    return items.compactMap { item in
      guard item.isAccepted, case .changed(let new) = item.outcome.state else { return nil }
      return KeyReplacement(keyID: item.outcome.key.keyID, old: item.outcome.key.fingerprint, new: new)
    }
  }

  private static func served(_ outcome: TrustSync.Outcome) -> KeyFingerprint? {
    switch outcome.state {
    case .unchanged: outcome.key.fingerprint
    case .changed(let new): new.fingerprint
    case .withdrawn, .notActive, .noAddress, .failed: nil
    }
  }
}
