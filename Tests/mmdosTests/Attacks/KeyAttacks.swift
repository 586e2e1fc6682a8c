import Foundation
import ObjectStore
import RegistrySync
import SystemPackage
import TestServers
import TestSupport
import Testing

extension Attack {
  /// With signatures and keys.
  static let onKeys: [Attack] = signers + keys + blocks + readings

  private static let signers: [Attack] = [
    Attack("signatureStripped", "Stripping", .refused(3, "signature-stripped")) { stage in
      try stage.addPolicy("allow_unsigned_remote: true\n")
      try stage.offer(stage.next, manifest: stage.next.manifest)
    } after: { stage in
      try await stage.run("registry", "sync", "web", "--approved", "--accept-unsigned")
      try await stage.run("registry", "log", "web", output: "--accept-unsigned")
    },
    Attack("signerChanged", "Signing by another trusted key", .refused(3, "signer-changed")) { stage in
      try await stage.trust("acme-2027", stage.other)
      try stage.offer(stage.next, manifest: stage.signed(stage.next, "acme-2027", stage.other))
    } after: { stage in
      try await stage.run("registry", "sync", "web", "--approved", "--accept-new-key")
      try await stage.run("registry", "log", "web", output: "--accept-new-key")
    },
    Attack(
      "signerThatTheSourceDoesNotName",
      "Signing by another trusted key",
      .refused(4, "unsigned"),
      isFirst: true
    ) { stage in
      try await stage.trust("acme-2027", stage.other)
      try stage.project.setSources(["web": stage.server.registryURL]) {
        $0 + "    signers: [\"\(SignedStage.keyID)\"]\n"
      }
      try stage.offer(stage.first, manifest: stage.signed(stage.first, "acme-2027", stage.other))
    },
    Attack("sameNameOtherKey", "Another key under a known name", .refused(3, "signer-changed")) { stage in
      try await stage.run("registry", "trust", "remove", SignedStage.keyID, "--approved")
      try await stage.trust(SignedStage.keyID, stage.other)
      try stage.offer(stage.next, manifest: stage.signed(stage.next, SignedStage.keyID, stage.other))
    },
    Attack(
      "keyAddedUnderAKnownName",
      "Another key under a known name",
      .refused(1, "key-exists"),
      command: ["registry", "trust", "add", SignedStage.keyID, "--file", "../key.pub"] + [
        "--name", "A", "--approved",
      ]
    ) { stage in
      try stage.project.scratch.write("key.pub", text: stage.other.publicKey.pem)
    },
    Attack(
      "keyExchangedAtItsAddress",
      "Another key under a known name",
      .named(2, "changed\n  old  "),
      command: ["registry", "trust", "sync", "--approved"],
      prepare: exchangeKey
    ),
    Attack(
      "keyExchangedForAnUnannouncedOne",
      "Another key under a known name",
      .named(3, "not to the accepted key"),
      command: ["registry", "trust", "sync", "--approved", "--accept"]
        + ["hosted:" + String(repeating: "0", count: 64)],
      prepare: exchangeKey
    ),
    Attack("oneBlockTwice", "One key counted twice", .refused(3, "threshold-not-met")) { stage in
      try stage.addPolicy("signature_threshold: 2\n")
      let members = try stage.signing(stage.members(stage.next))
      let block = try #require(members.first { $0.name == "signature" }?.value)
      let twice = stage.setting("signatures", .array([block, block]), members)
      try stage.offer(stage.next, manifest: stage.bytes(twice))
    },
    Attack(
      "oneKeyUnderTwoNames",
      "One key counted twice",
      .refused(1, "key-exists"),
      command: ["registry", "trust", "add", "acme-2027", "--file", "../key.pub", "--name", "A", "--approved"]
    ) { stage in
      try stage.project.scratch.write("key.pub", text: stage.key.publicKey.pem)
    },
    Attack("oneKeyPlantedUnderTwoNames", "One key counted twice", .refused(1, "invalid-file")) { stage in
      try stage.addPolicy("signature_threshold: 2\n")
      let entry = try stage.text(SignedStage.trustStore).split(separator: "trusted_publishers:").last ?? ""
      let second = entry.replacing(SignedStage.keyID, with: "acme-2027")
      try stage.project.write(SignedStage.trustStore, stage.text(SignedStage.trustStore) + second)
      try stage.offer(stage.next)
    },
  ]

  /// Trusts a key by its address, which then serves another.
  private static let exchangeKey: Step = { stage in
    let third = Ed25519PrivateKey.generate()
    stage.server.set("/key.pub", Array(third.publicKey.pem.utf8))
    let url = "\(stage.server.origin)/key.pub"
    try await stage.run("registry", "trust", "add", "hosted", "--url", url, "--name", "H", "--approved")
    stage.server.set("/key.pub", Array(stage.other.publicKey.pem.utf8))
  }

  /// The key of the synced registry is changed in the trust store, then the next version is offered.
  private static func editedKey(_ name: String, _ old: String, _ new: String) -> Attack {
    let row = "A revoked, disabled or unknown key, or one without scope"
    return Attack(name, row, .refused(3, "signature-stripped")) { stage in
      try stage.edit(SignedStage.trustStore, replacing: old, with: new)
      try stage.offer(stage.next)
    }
  }

  private static let keys: [Attack] = [
    editedKey("revokedKey", "status: \"active\"", "status: \"revoked\""),
    editedKey("disabledKey", "status: \"active\"", "status: \"disabled\""),
    editedKey("keyWithoutScope", "scopes: [\"registry\", \"catalog\"]", "scopes: []"),
    editedKey("keyThatIsKnownNoMore", "key_id: \"\(SignedStage.keyID)\"", "key_id: \"somebody\""),
    Attack(
      "revokedThenVerified",
      "A key revoked after the sync",
      .named(3, "signatures"),
      command: ["registry", "verify", "web"],
      prepare: revoke,
      after: { stage in
        // Forensics stay possible.
        let listed = try await stage.run("registry", "ls", "web")
        #expect(listed.error.contains("would be refused"))
      }
    ),
    Attack(
      "revokedThenRead",
      "A key revoked after the sync",
      .refused(3, "signature-stripped"),
      command: ["catalog", "list", "--source", "remote:web"],
      prepare: revoke
    ),
    Attack("publicKeyAsHMACKey", "Algorithm confusion", .refused(4, "unsigned"), isFirst: true) { stage in
      // The public key, which everybody knows, used as the secret of an HMAC.
      let digits = stage.key.publicKey.rawBytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
      let secret = try ProjectKey(parsing: Array((digits + "\n").utf8))
      let forged = try ManifestSigning.addSignature(
        to: stage.members(stage.first),
        with: .project(secret),
        keyID: SignedStage.keyID
      )
      try stage.offer(stage.first, manifest: stage.bytes(forged))
    },
    Attack("algorithmNotAllowed", "Algorithm confusion", .refused(3, "signature-stripped")) { stage in
      try stage.addPolicy("allowed_signature_algorithms: [hmac-sha256]\n")
      try stage.offer(stage.next)
    },
    Attack("narrowSignature", "Narrow signature", .refused(4, "unsigned"), isFirst: true) { stage in
      try stage.offer(stage.first, manifest: stage.signed(stage.first, over: ["registry_name", "version"]))
    },
    Attack("signatureWithoutTheFiles", "Narrow signature", .refused(3, "signature-stripped")) { stage in
      let fields = Manifest.requiredFields.filter { $0 != "files_hashes" }
      try stage.offer(stage.next, manifest: stage.signed(stage.next, over: fields))
    },
    Attack("signatureWithoutTheExpiry", "Narrow signature", .refused(3, "signature-stripped")) { stage in
      var next = stage.next
      next.extraFields = ["\"expires_at\": \"2126-02-01T00:00:00Z\""]
      try stage.offer(next, manifest: stage.signed(next, over: Manifest.requiredFields))
    },
    smallOrder(
      "keyOfSmallOrder",
      .refused(1, "invalid-key"),
      command: ["registry", "trust", "add", "weak", "--file", "../weak.pub", "--name", "W", "--approved"]
    ) { stage, text in try stage.project.scratch.write("weak.pub", text: text) },
    smallOrder("keyOfSmallOrderPlanted", .refused(1, "invalid-file")) { stage, text in
      try stage.edit(SignedStage.trustStore, replacing: stage.key.publicKey.base64, with: text)
      try stage.offer(stage.next)
    },
  ]

  private static let revoke: Step = { stage in
    try await stage.run("registry", "trust", "revoke", SignedStage.keyID, "--approved")
  }

  /// Gives the neutral point as a public key, for which S = 0 signs everything.
  private static func smallOrder(
    _ name: String,
    _ outcome: Outcome,
    command: [String] = sync,
    _ plant: @escaping @Sendable (SignedStage, String) throws -> Void
  ) -> Attack {
    Attack(name, "A public key of small order, for which anyone can sign", outcome, command: command) {
      stage in
      let point = [1] + [UInt8](repeating: 0, count: 31)
      try plant(stage, StrictBase64.encode(stage.key.publicKey.spki.dropLast(32) + point))
    }
  }

  /// The next version with a second block beside the good one.
  private static func besideGood(
    _ name: String,
    _ outcome: Outcome,
    _ block: @escaping @Sendable (SignedStage) throws -> JSONValue
  ) -> Attack {
    Attack(name, "A broken block hidden beside a good one", outcome) { stage in
      try await stage.trust("acme-2027", stage.other)
      let members = try stage.signing(stage.members(stage.next))
      let both = stage.setting("signatures", .array([try block(stage)]), members)
      try stage.offer(stage.next, manifest: stage.bytes(both))
    }
  }

  private static let anySignature = StrictBase64.encode([UInt8](repeating: 7, count: 64))

  private static let blocks: [Attack] = [
    besideGood("badSignatureBesideGood", .refused(3, "bad-signature")) { _ in
      SignedStage.block(keyID: "acme-2027", signature: anySignature, Manifest.requiredFields)
    },
    besideGood("malformedBlockBesideGood", .refused(3, "invalid-manifest")) { _ in
      .object([("algorithm", .string("ed25519")), ("key_id", .string("acme-2027"))])
    },
    besideGood("unknownAlgorithmBesideGood", .refused(3, "invalid-manifest")) { _ in
      SignedStage.block("none", keyID: "acme-2027", signature: "", Manifest.requiredFields)
    },
    Attack("aThousandSignatures", "A manifest with a thousand signatures", .refused(3, "invalid-manifest")) {
      stage in
      let many = (0..<1000).map { index in
        SignedStage.block(keyID: "key-\(index)", signature: anySignature, Manifest.requiredFields)
      }
      let members = try stage.signing(stage.members(stage.next))
      try stage.offer(stage.next, manifest: stage.bytes(stage.setting("signatures", .array(many), members)))
    },
    Attack("aThousandSignedFields", "A manifest with a thousand signatures", .refused(3, "invalid-manifest"))
    { stage in
      var next = stage.next
      let extra = (0..<1000).map { "x\($0)" }
      next.extraFields = extra.map { "\"\($0)\": 1" }
      try stage.offer(next, manifest: stage.signed(next, over: Manifest.requiredFields + extra))
    },
    Attack("secondFormOfTheSignature", secondForm, .refused(3, "bad-signature")) { stage in
      try stage.offer(stage.next, manifest: resigned(stage) { StrictBase64.encode(addingOrder(to: $0)) })
    },
    Attack("secondFormOfTheBase64", secondForm, .refused(3, "invalid-manifest")) { stage in
      try stage.offer(
        stage.next,
        manifest: resigned(stage) { bytes in
          // The last digit before the padding has four bits that stand for nothing.
          let text = Array(StrictBase64.encode(bytes).utf8)
          return String(
            decoding: text.dropLast(3) + [text[text.count - 3] + 1] + text.suffix(2),
            as: UTF8.self
          )
        }
      )
    },
  ]

  private static let secondForm = "A second form of a signature, or of its base64"

  /// The next version's manifest, its signature written in another way.
  private static func resigned(_ stage: SignedStage, _ form: ([UInt8]) -> String) throws -> [UInt8] {
    let members = try stage.members(stage.next)
    let payload = try CanonicalJSON.payload(of: members, signedFields: Manifest.requiredFields)
    let block = SignedStage.block(signature: form(stage.key.sign(payload)), Manifest.requiredFields)
    return stage.bytes(stage.setting("signature", block, members))
  }

  /// S + L in place of S, which satisfies the same equation (RFC 8032, section 8.4).
  private static func addingOrder(to signature: [UInt8]) -> [UInt8] {
    let order: [UInt8] =
      [0xED, 0xD3, 0xF5, 0x5C, 0x1A, 0x63, 0x12, 0x58, 0xD6, 0x9C, 0xF7, 0xA2, 0xDE, 0xF9, 0xDE, 0x14]
      + [UInt8](repeating: 0, count: 15) + [0x10]
    var sum = signature
    var carry = 0
    for index in 0..<32 {
      let total = Int(sum[32 + index]) + Int(order[index]) + carry
      sum[32 + index] = UInt8(total & 0xFF)
      carry = total >> 8
    }
    return sum
  }

  /// The signed next version with a part of its text replaced.
  private static func edited(
    _ name: String,
    _ row: String,
    _ kind: String,
    _ old: String,
    _ new: String
  ) -> Attack {
    Attack(name, row, .refused(3, kind)) { try $0.offerNext(replacing: old, with: new) }
  }

  private static let twoReadings = "Two readings of one manifest"
  private static let version = "\"version\": \"1.1.0\""

  private static let readings: [Attack] = [
    edited("duplicateKey", twoReadings, "invalid-manifest", version, "\(version), \"version\": \"9.0.0\""),
    edited(
      "duplicateKeyInDisguise",
      twoReadings,
      "invalid-manifest",
      version,
      "\(version), \"\\u0076ersion\": \"9\""
    ),
    edited("twoDocuments", twoReadings, "invalid-manifest", "{", "{} {"),
    edited("commentInTheManifest", twoReadings, "invalid-manifest", "{", "{ // see below\n"),
    edited("numberThatNoDoubleHolds", twoReadings, "invalid-manifest", version, "\(version), \"n\": 1e999"),
    edited("halfACharacter", twoReadings, "invalid-manifest", version, "\(version), \"s\": \"\\ud800\""),
    edited(
      "oneChangedByte",
      "One changed byte anywhere in a signed manifest",
      "bad-signature",
      "Test Pub",
      "Best Pub"
    ),
    edited(
      "oneChangedByteOfADate",
      "One changed byte anywhere in a signed manifest",
      "bad-signature",
      "T03:",
      "T04:"
    ),
    Attack(
      "oneChangedByteOfAFile",
      "One changed byte anywhere in a signed manifest",
      .refused(3, "wrong-hash")
    ) { stage in
      try stage.offer(stage.next)
      var bytes = try #require(stage.next.files[TestRegistry.path(0)])
      bytes[bytes.count / 2] ^= 1
      stage.server.set(SignedStage.filePath, bytes)
    },
  ]
}
