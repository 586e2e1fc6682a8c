import Formats

/// The result of checking one signature block of a manifest.
package struct SignatureResult: Equatable, Sendable {
  package let block: SignatureBlock
  package let outcome: Outcome

  /// The result for a block.
  package enum Outcome: Equatable, Sendable {
    /// The signature is valid, and the key counts for this source.
    case counts(KeyFingerprint)
    /// The block proves nothing; it is reported, and the manifest is judged without it.
    case doesNotCount(Reason)
    /// The signature by an active key is wrong: the manifest was changed and is refused.
    case bad
  }

  /// Why a well-formed block does not count.
  package enum Reason: Hashable, Sendable {
    /// The block's algorithm is not in the policy's `allowed_signature_algorithms`.
    case algorithmNotAllowed
    /// The trust store's key with this id has another algorithm.
    case algorithmOfAnotherKey(SignatureAlgorithm)
    /// The trust store has no key with this id.
    case unknownKey
    /// The trust store's key is revoked.
    case revoked
    /// The trust store's key is disabled.
    case disabled
    /// The trust store's key has no scope that includes manifests.
    case outOfScope
    /// The source's `signers` does not list the key.
    case notASigner
    /// The block is an HMAC, but the project has no key to check it.
    case noProjectKey
    /// The signature is valid, but does not cover these required fields.
    case fieldsTooNarrow(missing: [String])
  }
}
