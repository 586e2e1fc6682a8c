import Formats
package import ObjectStore

/// The results of checking a manifest's signature blocks.
///
/// Pure: no file, network or clock is used, so the same blocks give the same results with the same trust store,
/// project key, policy and source (DESIGN section 8, "The decision depends on local files alone").
package struct ManifestSignatures: Equatable, Sendable {
  /// The results in the order of the blocks, up to and including the first bad one.
  package let results: [SignatureResult]

  /// Checks the signature blocks of a manifest, up to the first bad one.
  ///
  /// A bad one refuses the manifest by itself. Without that stop anybody could make a reader build sixteen payloads of
  /// the whole manifest, by naming the id of a trusted key in as many blocks with different fields.
  ///
  /// - Parameters:
  ///   - manifest: The manifest; its blocks are well-formed, as parsing checks that.
  ///   - trustStore: The current trust store, so that a revocation takes effect at once.
  ///   - projectKey: The project's HMAC key, if there is one.
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
    var results: [SignatureResult] = []
    for block in manifest.signatureBlocks {
      let outcome = judge.judge(block)
      results.append(SignatureResult(block: block, outcome: outcome))
      if outcome == .bad { break }
    }
    self.results = results
  }

  /// The keys whose signatures count, without duplicates, in the order of the manifest.
  package var signers: [Signer] {
    var seen: Set<KeyFingerprint> = []
    return results.compactMap { result in
      guard case .counts(let fingerprint) = result.outcome, seen.insert(fingerprint).inserted else {
        return nil
      }
      let block = result.block
      return Signer(algorithm: block.algorithm, keyID: block.keyID, fingerprint: fingerprint)
    }
  }

  /// The first block with an active key and a wrong signature.
  package var firstBad: SignatureBlock? { results.first { $0.outcome == .bad }?.block }

  /// The blocks that do not count, with their reasons.
  package var ignored: [(block: SignatureBlock, reason: SignatureResult.Reason)] {
    results.compactMap { result in
      guard case .doesNotCount(let reason) = result.outcome else { return nil }
      return (result.block, reason)
    }
  }
}

/// Checks the blocks one by one and caches payloads, which several blocks may share.
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

  /// Checks first whether the key counts: a signature by any other key must not make a manifest refused.
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
    // A public key must never be used as an HMAC key, because everyone has it.
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

  /// The bytes that a block covers; in practice never nil, as parsing checked that its fields exist.
  private mutating func payload(of block: SignatureBlock) -> [UInt8]? {
    let fields = Set(block.signedFields)
    // `String` may treat two of the names as equal; the payload is then not cached.
    let isExact = fields.count == block.signedFields.count && block.signedFields.allSatisfy(\.isASCIIText)
    if isExact, let known = payloads[fields] { return known }
    // After an error the block is not checked, so it must not count.
    let payload = try? CanonicalJSON.payload(of: members, signedFields: block.signedFields)
    if isExact { payloads[fields] = payload }
    return payload
  }
}

extension String {
  fileprivate var isASCIIText: Bool { utf8.allSatisfy { $0 < 0x80 } }
}
