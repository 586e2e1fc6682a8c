package import RegistryModel

/// The user's acceptance of a new key in place of an older one with the same id.
package struct KeyAcceptance: Sendable {
  /// The id of the entry.
  package let keyID: String
  /// The new key; nil accepts whatever key is served.
  package let fingerprint: KeyFingerprint?

  package init(keyID: String, fingerprint: KeyFingerprint?) {
    (self.keyID, self.fingerprint) = (keyID, fingerprint)
  }
}

/// A key to be replaced.
package struct KeyReplacement: Sendable {
  /// The id of the entry.
  package let keyID: String
  /// The old key as it was displayed.
  package let old: KeyFingerprint
  /// The new key.
  package let new: Ed25519PublicKey
}

/// The keys to replace, given the results of fetching and what the user accepted.
///
/// If one acceptance is not met, no key is replaced: a server with one key that the publisher did not announce may be
/// compromised, and is not trusted for the others.
package struct TrustSyncPlan: Sendable {
  /// One key of the store.
  package struct Item: Sendable {
    /// The result of fetching it.
    package let outcome: TrustSync.Outcome
    /// Whether the user accepts a key in its place.
    package let isAccepted: Bool
    /// Whether a key is accepted, but another one is served.
    package let isUnmet: Bool
  }

  /// All keys, in the store's order.
  package let items: [Item]

  /// Compares the results with the acceptances; several acceptances of one key must all be met.
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
