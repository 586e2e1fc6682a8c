import ObjectStore
import Testing

@testable import Formats
@testable import RegistryModel

@Suite struct TrustSignatureVerdictTests {
  @Test func aSignedManifestIsVerifiedAndPinned() throws {
    let verdict = try TrustScene().judge(ManifestText().signed(("alice", .alice)))
    #expect(
      verdict.trust == .verified && verdict.signers == [TrustScene.aliceSigned]
        && verdict.usedOverrides.isEmpty
    )
    #expect(
      verdict.notes == [
        .signed(by: [TrustScene.aliceSigned], fields: Manifest.requiredFields),
        .firstPin([TrustScene.aliceSigned]),
      ]
    )
    let signer = Signer(
      algorithm: "ed25519",
      keyID: "alice",
      fingerprint: TrustScene.alice.publicKey.fingerprint.description
    )
    #expect(verdict.signers == [signer])
  }

  struct Unsigned: CustomTestStringConvertible {
    let testDescription: String
    let expected: TrustRefusal?
    let change: @Sendable (inout TrustScene) -> Void

    init(_ name: String, _ expected: TrustRefusal?, _ change: @escaping @Sendable (inout TrustScene) -> Void)
    {
      (testDescription, self.expected, self.change) = (name, expected, change)
    }
  }

  @Test(arguments: [
    Unsigned("remote, default", .unsigned(.remote)) { _ in },
    Unsigned("remote, allowed", nil) { $0.policy.allowUnsignedRemote = true },
    Unsigned("remote, source wants one", .signatureRequired(bySource: true)) {
      $0.policy.allowUnsignedRemote = true
      $0.isSignatureRequired = true
    },
    Unsigned("remote, policy wants one", .signatureRequired(bySource: false)) {
      $0.policy.allowUnsignedRemote = true
      $0.policy.requireSignature = true
    },
    Unsigned("remote, publisher", .trustedPublisherRequired) {
      $0.policy.allowUnsignedRemote = true
      $0.policy.requireTrustedPublisher = true
    },
    Unsigned("remote, threshold", .thresholdNotMet(needed: 2, found: 0)) {
      $0.policy.allowUnsignedRemote = true
      $0.policy.signatureThreshold = 2
    },
    Unsigned("remote, accepting it is not enough", .unsigned(.remote)) { $0.overrides = [.acceptUnsigned] },
    Unsigned("local, default", nil) { $0.isLocal = true },
    Unsigned("local, not allowed", .unsigned(.local)) {
      $0.isLocal = true
      $0.policy.allowUnsignedLocal = false
    },
    Unsigned("local, source wants one", .signatureRequired(bySource: true)) {
      $0.isLocal = true
      $0.isSignatureRequired = true
    },
  ])
  func unsigned(_ item: Unsigned) throws {
    var scene = TrustScene()
    item.change(&scene)
    if let expected = item.expected {
      #expect(try scene.refusal(ManifestText().bytes) == expected)
    } else {
      let verdict = try scene.judge(ManifestText().bytes)
      #expect(verdict.trust == .unsigned && verdict.signers.isEmpty && verdict.notes == [.unsigned])
    }
  }

  @Test func anIgnoredSignatureIsNoSignature() throws {
    var scene = TrustScene()
    scene.trusted = []
    let bytes = try ManifestText().signed(("alice", .alice))
    let unknown = TrustRefusal.IgnoredSignature(keyID: "alice", algorithm: .ed25519, reason: .unknownKey)
    #expect(try scene.refusal(bytes) == .notCounting([unknown], .unsigned(.remote)))
    scene.policy.allowUnsignedRemote = true
    let ignored = TrustNote.ignoredSignature(keyID: "alice", .ed25519, .unknownKey)
    #expect(try scene.judge(bytes).notes == [ignored, .unsigned])
  }

  @Test func oneWrongSignatureSpoilsTheRest() throws {
    let bytes = try ManifestText().signed(("alice", .alice), ("bob", .carol))
    var scene = TrustScene()
    scene.overrides = Set(TrustOverride.allCases)
    scene.policy.allowUnsignedRemote = true
    #expect(try scene.refusal(bytes) == .badSignature(keyID: "bob", .ed25519))
  }

  @Test func theThresholdCountsPublicKeys() throws {
    var scene = TrustScene()
    scene.policy.signatureThreshold = 2
    let one = try ManifestText().signed(("alice", .alice))
    #expect(try scene.refusal(one) == .thresholdNotMet(needed: 2, found: 1))
    let withProject = try ManifestText().signed(("alice", .alice), ("ours", .project))
    #expect(try scene.refusal(withProject) == .thresholdNotMet(needed: 2, found: 1))
    #expect(
      try scene.judge(ManifestText().signed(("alice", .alice), ("bob", .bob))).signers == [
        TrustScene.aliceSigned, TrustScene.bobSigned,
      ]
    )
  }

  @Test func anHMACAloneIsNoTrustedPublisher() throws {
    var scene = TrustScene()
    let bytes = try ManifestText().signed(("ours", .project))
    #expect(try scene.judge(bytes).trust == .verified)
    scene.policy.requireTrustedPublisher = true
    #expect(try scene.refusal(bytes) == .trustedPublisherRequired)
    let both = try ManifestText().signed(("ours", .project), ("alice", .alice))
    #expect(try scene.judge(both).signers.count == 2)
  }
}

@Suite struct TrustPinVerdictTests {
  private let places = [(true, true), (true, false), (false, true)]

  @Test func strippingIsRefusedWhateverThePolicySays() throws {
    for (inLock, inStore) in places {
      var scene = TrustScene()
      scene.policy.allowUnsignedRemote = true
      let signed = try ManifestText().signed(("alice", .alice))
      scene.memory = try scene.remember(signed, inLock: inLock, inStore: inStore)
      let newer = ManifestText().release("1.3.0").bytes
      #expect(try scene.refusal(newer) == .signatureStripped(old: [TrustScene.aliceSigned]))
      scene.overrides = [.allowRollback, .acceptNewKey]
      #expect(try scene.refusal(newer) == .signatureStripped(old: [TrustScene.aliceSigned]))
      scene.overrides = [.acceptUnsigned]
      #expect(try scene.judge(newer).usedOverrides == [.acceptUnsigned])
      // The override is about the memory, not about the policy.
      scene.policy.allowUnsignedRemote = false
      #expect(try scene.refusal(newer) == .unsigned(.remote))
    }
  }

  @Test func revokingTheOnlyKeyIsStripping() throws {
    var scene = TrustScene()
    scene.policy.allowUnsignedRemote = true
    let signed = try ManifestText().signed(("alice", .alice))
    scene.memory = try scene.remember(signed)
    scene.trusted = []
    let unknown = TrustRefusal.IgnoredSignature(keyID: "alice", algorithm: .ed25519, reason: .unknownKey)
    let stripped = TrustRefusal.signatureStripped(old: [TrustScene.aliceSigned])
    #expect(try scene.refusal(signed) == .notCounting([unknown], stripped))
  }

  @Test func aLocalFolderIsNotStrippedEither() throws {
    var scene = TrustScene()
    scene.isLocal = true
    scene.memory = try scene.remember(ManifestText().signed(("alice", .alice)))
    #expect(
      try scene.refusal(ManifestText().release("1.3.0").bytes)
        == .signatureStripped(old: [TrustScene.aliceSigned])
    )
  }

  @Test func otherKeysNeedAcceptance() throws {
    for (inLock, inStore) in places {
      var scene = TrustScene()
      scene.memory = try scene.remember(
        ManifestText().signed(("alice", .alice)),
        inLock: inLock,
        inStore: inStore
      )
      let newer = try ManifestText().release("1.3.0").signed(("bob", .bob))
      let refusal = TrustRefusal.signerChanged(
        old: [TrustScene.aliceSigned],
        new: [TrustScene.bobSigned],
        needed: 1
      )
      #expect(try scene.refusal(newer) == refusal)
      scene.overrides = [.acceptUnsigned, .allowRollback]
      #expect(try scene.refusal(newer) == refusal)
      scene.overrides = [.acceptNewKey]
      let verdict = try scene.judge(newer)
      #expect(verdict.usedOverrides == [.acceptNewKey] && verdict.signers == [TrustScene.bobSigned])
      #expect(
        verdict.notes.contains(.signersChanged(old: [TrustScene.aliceSigned], new: [TrustScene.bobSigned]))
      )
    }
  }

  @Test func theSameNameWithAnotherKeyIsAnotherKey() throws {
    var scene = TrustScene()
    scene.memory = try scene.remember(ManifestText().signed(("alice", .alice)))
    scene.trusted = [TrustedKey(keyID: "alice", name: "Alice", publicKey: TrustScene.carol.publicKey)]
    let newer = try ManifestText().release("1.3.0").signed(("alice", .carol))
    guard case .signerChanged = try scene.refusal(newer) else {
      Issue.record("another key under the pinned name")
      return
    }
  }

  @Test func enoughPinnedKeysCarryAChange() throws {
    var scene = TrustScene()
    scene.policy.signatureThreshold = 2
    let old = try ManifestText().signed(("alice", .alice), ("bob", .bob))
    scene.memory = try scene.remember(old)
    let text = ManifestText().release("1.3.0")
    let added = try scene.judge(text.signed(("carol", .carol), ("bob", .bob), ("alice", .alice)))
    #expect(added.signers.map(\.keyID) == ["carol", "bob", "alice"] && added.usedOverrides.isEmpty)
    #expect(added.notes.contains { if case .signersChanged = $0 { true } else { false } })
    guard case .signerChanged = try scene.refusal(text.signed(("alice", .alice), ("carol", .carol))) else {
      Issue.record("only one of two pinned keys signs")
      return
    }
    scene.policy.signatureThreshold = 1
    #expect(try scene.judge(text.signed(("alice", .alice), ("carol", .carol))).signers.count == 2)
  }

  @Test func lockEntryAndStoreMustBothAgree() throws {
    var scene = TrustScene()
    let store = try scene.remember(ManifestText().signed(("alice", .alice)), inLock: false)
    scene.memory = try scene.remember(ManifestText().signed(("bob", .bob)), inStore: false)
    scene.memory.pins += store.pins
    let text = ManifestText().release("1.3.0")
    #expect(throws: TrustRefusal.self) { try scene.judge(text.signed(("alice", .alice))) }
    #expect(throws: TrustRefusal.self) { try scene.judge(text.signed(("bob", .bob))) }
    #expect(
      try scene.judge(text.signed(("alice", .alice), ("bob", .bob))).signers == [
        TrustScene.aliceSigned, TrustScene.bobSigned,
      ]
    )
  }

  @Test func aHeldManifestIsJudgedByItsSignaturesAlone() throws {
    var scene = TrustScene()
    scene.policy.allowUnsignedRemote = true
    let signed = try ManifestText().with("expires_at", "\"2026-01-15T00:00:00Z\"").signed(("alice", .alice))
    scene.memory.highestVersion = try SemanticVersion(parsing: "9.0.0")
    #expect(try TrustVerdict.judgeHeld(try scene.question(signed)).signers == [TrustScene.aliceSigned])
    scene.trusted = []
    scene.memory.wasSigned = true
    let question = try scene.question(signed)
    let unknown = TrustRefusal.IgnoredSignature(keyID: "alice", algorithm: .ed25519, reason: .unknownKey)
    #expect(throws: TrustRefusal.notCounting([unknown], .signatureStripped(old: []))) {
      try TrustVerdict.judgeHeld(question)
    }
  }
}
