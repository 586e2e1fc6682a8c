import Formats

/// What one signature block of a manifest is worth.
package struct SignatureResult: Equatable, Sendable {
  /// What the block claims.
  package let block: SignatureBlock
  /// What became of the claim.
  package let outcome: Outcome

  /// What became of a block's claim.
  package enum Outcome: Equatable, Sendable {
    /// The signature is the key's, and the key's signatures count here.
    case counts(KeyFingerprint)
    /// The block proves nothing here; it is reported, and the manifest is judged without it.
    case doesNotCount(Reason)
    /// An active key's signature is wrong: the manifest was changed, and is refused.
    case bad
  }

  /// Why a well-formed block does not count.
  package enum Reason: Hashable, Sendable {
    /// The policy's `allowed_signature_algorithms` lacks the block's.
    case algorithmNotAllowed
    /// The trust store has a key of that name for another algorithm.
    case algorithmOfAnotherKey(SignatureAlgorithm)
    /// The trust store has no key of that name.
    case unknownKey
    /// The trust store's key is revoked.
    case revoked
    /// The trust store's key is disabled.
    case disabled
    /// The trust store's key has no scope that covers a manifest.
    case outOfScope
    /// The source's `signers` lacks the key.
    case notASigner
    /// An HMAC, but the project has no key to check it with.
    case noProjectKey
    /// The signature is the key's, but says nothing about these fields.
    case fieldsTooNarrow(missing: [String])

    /// Why, in words that follow the key's name: lower case, no full stop, safe to print.
    package var summary: String {
      switch self {
      case .algorithmNotAllowed: "the policy does not allow its algorithm"
      case .algorithmOfAnotherKey(let algorithm): "the key of that name is for \(algorithm.rawValue)"
      case .unknownKey: "the key is not in the trust store"
      case .revoked: "the key is revoked"
      case .disabled: "the key is disabled"
      case .outOfScope: "the key has no scope that covers a manifest"
      case .notASigner: "the key is not among the source's signers"
      case .noProjectKey: "the project has no key to check it with"
      case .fieldsTooNarrow(let missing):
        "the signature does not cover \(missing.map(\.quotedForMessage).joined(separator: ", "))"
      }
    }
  }
}

/// A key whose signature counted, as pins, lock entries and snapshots name it.
package struct CountedSigner: Hashable, Sendable {
  /// The signature's algorithm.
  package let algorithm: SignatureAlgorithm
  /// The key's name in the block.
  package let keyID: String
  /// What tells the key from others, whatever it is called.
  package let fingerprint: KeyFingerprint

  /// Names a key.
  package init(algorithm: SignatureAlgorithm, keyID: String, fingerprint: KeyFingerprint) {
    self.algorithm = algorithm
    self.keyID = keyID
    self.fingerprint = fingerprint
  }

  /// Whether the key is a publisher's in the trust store, and not the project's own.
  package var isPublisher: Bool { algorithm == .ed25519 }
}
