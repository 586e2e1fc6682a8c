import Formats

/// A manifest's signature blocks, each judged: bytes, keys and policy in, results out.
///
/// No file, no network and no clock: the same blocks are judged the same wherever the same trust store,
/// project key, policy and source are (DESIGN section 8, "The decision depends on local files alone").
package struct ManifestSignatures: Equatable, Sendable {
  /// The results in the order of the blocks.
  package let results: [SignatureResult]

  /// Judges every block of a manifest.
  ///
  /// - Parameters:
  ///   - manifest: The manifest; its blocks are well-formed, or it would not have been parsed.
  ///   - trustStore: Today's trust store, by which revocation counts at once.
  ///   - projectKey: The project's HMAC key, where there is one.
  ///   - policy: Gives `allowed_signature_algorithms`.
  ///   - source: Gives `signers`.
  package init(
    of manifest: Manifest,
    trustStore: TrustStore,
    projectKey: ProjectKey?,
    policy: Policy,
    source: Source
  ) {
    var judge = BlockJudge(
      members: manifest.members,
      required: Manifest.fieldsToSign(of: manifest.members),
      trustStore: trustStore,
      projectKey: projectKey,
      allowed: policy.allowedSignatureAlgorithms,
      signers: source.signers
    )
    results = manifest.signatureBlocks.map { SignatureResult(block: $0, outcome: judge.judge($0)) }
  }

  /// The keys whose signatures count, each once, in the order of the manifest.
  package var signers: [CountedSigner] {
    var seen: Set<KeyFingerprint> = []
    return results.compactMap { result in
      guard case .counts(let fingerprint) = result.outcome, seen.insert(fingerprint).inserted else {
        return nil
      }
      let block = result.block
      return CountedSigner(algorithm: block.algorithm, keyID: block.keyID, fingerprint: fingerprint)
    }
  }

  /// The first block whose key is active and whose signature is wrong.
  package var firstBad: SignatureBlock? { results.first { $0.outcome == .bad }?.block }

  /// The blocks that do not count, with the reason of each.
  package var ignored: [(block: SignatureBlock, reason: SignatureResult.Reason)] {
    results.compactMap { result in
      guard case .doesNotCount(let reason) = result.outcome else { return nil }
      return (result.block, reason)
    }
  }
}

/// Judges one block after the other, and keeps the payloads that several of them may share.
private struct BlockJudge {
  let members: [JSONMember]
  let required: [String]
  let trustStore: TrustStore
  let projectKey: ProjectKey?
  let allowed: [SignatureAlgorithm]
  let signers: [String]
  private var payloads: [Set<String>: [UInt8]] = [:]

  init(
    members: [JSONMember],
    required: [String],
    trustStore: TrustStore,
    projectKey: ProjectKey?,
    allowed: [SignatureAlgorithm],
    signers: [String]
  ) {
    self.members = members
    self.required = required
    self.trustStore = trustStore
    self.projectKey = projectKey
    self.allowed = allowed
    self.signers = signers
  }

  /// Whether the key counts is asked first: of a key that does not, no signature can refuse a manifest.
  mutating func judge(_ block: SignatureBlock) -> SignatureResult.Outcome {
    let (check, fingerprint): (([UInt8]) -> Bool, KeyFingerprint)
    switch findKey(of: block) {
    case .absent(let reason): return .doesNotCount(reason)
    case .publisher(let key):
      (check, fingerprint) = ({ key.isValid(block.signature, over: $0) }, key.fingerprint)
    case .project(let key):
      (check, fingerprint) = ({ key.isValid(block.signature, over: $0) }, key.fingerprint)
    }
    guard let payload = payload(of: block), check(payload) else { return .bad }
    let missing = required.filter { !block.signedFields.contains($0) }
    return missing.isEmpty ? .counts(fingerprint) : .doesNotCount(.fieldsTooNarrow(missing: missing))
  }

  private enum Key {
    case absent(SignatureResult.Reason)
    case publisher(Ed25519PublicKey)
    case project(ProjectKey)
  }

  private func findKey(of block: SignatureBlock) -> Key {
    guard allowed.contains(block.algorithm) else { return .absent(.algorithmNotAllowed) }
    let trusted = trustStore.find(block.keyID)
    // A public key must never become an HMAC key: everyone has it.
    if let trusted, trusted.algorithm != block.algorithm {
      return .absent(.algorithmOfAnotherKey(trusted.algorithm))
    }
    switch block.algorithm {
    case .ed25519:
      guard let trusted else { return .absent(.unknownKey) }
      switch trusted.status {
      case .revoked: return .absent(.revoked)
      case .disabled: return .absent(.disabled)
      case .active: break
      }
      guard trusted.isInScope else { return .absent(.outOfScope) }
      guard isSigner(block.keyID) else { return .absent(.notASigner) }
      return .publisher(trusted.publicKey)
    case .hmacSHA256:
      guard isSigner(block.keyID) else { return .absent(.notASigner) }
      return projectKey.map { .project($0) } ?? .absent(.noProjectKey)
    }
  }

  private func isSigner(_ keyID: String) -> Bool { signers.isEmpty || signers.contains(keyID) }

  /// The bytes that a block covers; nil never, as its fields were found in the manifest when it was read.
  private mutating func payload(of block: SignatureBlock) -> [UInt8]? {
    let fields = Set(block.signedFields)
    // `String` may take two of the names for one; such a set of fields is then not kept.
    let isExact = fields.count == block.signedFields.count && block.signedFields.allSatisfy(\.isASCIIText)
    if isExact, let known = payloads[fields] { return known }
    // An error would mean that the block was not checked; it must not count then.
    let payload = try? CanonicalJSON.payload(of: members, signedFields: block.signedFields)
    if isExact { payloads[fields] = payload }
    return payload
  }
}

extension String {
  fileprivate var isASCIIText: Bool { utf8.allSatisfy { $0 < 0x80 } }
}
