package import ObjectStore

extension Signer {
  /// A signer by a key that was checked.
  package init(algorithm: SignatureAlgorithm, keyID: String, fingerprint: KeyFingerprint) {
    self.init(algorithm: algorithm.rawValue, keyID: keyID, fingerprint: fingerprint.description)
  }

  /// The algorithm; nil for one that mmdos does not support.
  package var knownAlgorithm: SignatureAlgorithm? { SignatureAlgorithm(rawValue: algorithm) }

  /// The identity of the key, independent of its id; nil where the text is no fingerprint.
  package var knownFingerprint: KeyFingerprint? { KeyFingerprint(hex: fingerprint) }

  /// Whether a signature of the key can be checked here, so that it can be pinned.
  package var isKnown: Bool { knownAlgorithm != nil && knownFingerprint != nil }

  /// Whether the key is a publisher's from the trust store, not the project's own key.
  package var isPublisher: Bool { knownAlgorithm == .ed25519 }
}
