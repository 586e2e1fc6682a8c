import TestSupport
import Testing

@testable import Formats
@testable import RegistryModel

private let aliceKey = TrustScene.alice.publicKey.base64
private let bobKey = TrustScene.bob.publicKey.base64

private func entry(
  _ changes: [String: String?] = [:],
  key: String = aliceKey,
  id: String = "alice"
) -> String {
  let fields = [
    ("key_id", id), ("name", "\"Alice's Tools\""), ("algorithm", "ed25519"), ("public_key", "\"\(key)\""),
    ("scopes", "[registry, catalog]"), ("status", "active"),
  ]
  var lines = fields.compactMap { name, value in
    (changes[name] ?? value).map { "\(name): \($0)" }
  }
  for (name, value) in changes where !fields.contains(where: { $0.0 == name }) {
    lines.append("\(name): \(value ?? "")")
  }
  return "  - " + lines.joined(separator: "\n    ") + "\n"
}

private func parse(_ entries: String...) throws(TextProblem) -> TrustStore {
  try TrustStore.parse(Array(("trusted_publishers:\n" + entries.joined()).utf8))
}

@Suite struct TrustStoreTests {
  @Test(arguments: [
    "", "# nobody\n", "trusted_publishers:\n", "trusted_publishers: []\n", DefaultFiles.trustedKeys,
  ])
  func aFileWithoutEntriesTrustsNobody(file: String) throws {
    #expect(try TrustStore.parse(Array(file.utf8)) == .empty)
  }

  @Test func readsEveryField() throws {
    let more: [String: String?] = [
      "added_at": "\"2026-01-01T00:00:00Z\"", "remote_source_url": "\"https://example.com/key.yaml\"",
      "scopes": "[catalog]", "status": "disabled",
    ]
    let key = try #require(try parse(entry(more)).keys.first)
    #expect(key.keyID == "alice" && key.name == "Alice's Tools" && key.algorithm == .ed25519)
    #expect(
      key.publicKey == TrustScene.alice.publicKey && key.scopes == [.catalog] && key.status == .disabled
    )
    #expect(key.addedAt?.description == "2026-01-01T00:00:00Z")
    #expect(key.remoteSourceURL == "https://example.com/key.yaml")
    #expect(key.fingerprint == TrustScene.alice.publicKey.fingerprint)
  }

  @Test func nullsOfTheNodeToolAreAbsent() throws {
    let key = try #require(try parse(entry(["added_at": "null", "remote_source_url": "null"])).keys.first)
    #expect(key.addedAt == nil && key.remoteSourceURL == nil)
  }

  @Test func aPastedPEMIsRead() throws {
    let lines = TrustScene.alice.publicKey.pem.split(separator: "\n").map { "      \($0)\n" }.joined()
    for mark in ["|", "|-"] {
      let text = entry(["public_key": "\(mark)\n" + lines.dropLast()])
      #expect(try parse(text).keys.first?.publicKey == TrustScene.alice.publicKey)
    }
  }

  @Test(
    arguments: [
      (
        ["key_id": "a b"], TextProblem.Reason.invalidValue(key: "key_id", value: "a b", rule: .shape(.keyID)),
        2
      ),
      (["key_id": nil], .missingKey("key_id"), 2),
      (["name": "\"\""], .invalidValue(key: "name", value: "", rule: .notEmpty), 3),
      (["name": "\"a\\nb\""], .invalidValue(key: "name", value: "a\nb", rule: .shape(.oneLine)), 3),
      (["algorithm": "gpg"], .invalidValue(key: "algorithm", value: "gpg", rule: .oneOf(["ed25519"])), 4),
      (
        ["algorithm": "hmac-sha256"],
        .invalidValue(key: "algorithm", value: "hmac-sha256", rule: .oneOf(["ed25519"])), 4
      ),
      (
        ["public_key": "AAAA"],
        .invalidValue(
          key: "public_key",
          value: "AAAA",
          rule: .refused(ValueProblem(KeyProblem.notEd25519))
        ), 5
      ),
      (["public_key": nil], .missingKey("public_key"), 2),
      (
        ["scopes": "[registry, plugin]"],
        .invalidValue(key: "scopes", value: "plugin", rule: .oneOf(["registry", "catalog"])), 6
      ),
      (
        ["scopes": "[registry, registry]"],
        .invalidValue(key: "scopes", value: "registry", rule: .distinct), 6
      ),
      (["scopes": "registry"], .wrongType(key: "scopes", expected: .list, found: .string), 6),
      (["scopes": nil], .missingKey("scopes"), 2),
      (
        ["status": "trusted"],
        .invalidValue(key: "status", value: "trusted", rule: .oneOf(["active", "revoked", "disabled"])), 7
      ),
      (["status": nil], .missingKey("status"), 2),
      (["verified": "true"], .unknownKey("verified", nearest: nil), 8),
    ] as [([String: String?], TextProblem.Reason, Int)]
  )
  func refuses(changes: [String: String?], reason: TextProblem.Reason, line: Int) {
    do {
      Issue.record("no problem, but \(try parse(entry(changes)))")
    } catch {
      #expect(error.reason == reason && error.position?.line == line, "\(error)")
    }
  }

  @Test func namesAndKeysAreUnique() {
    expectProblem(.alreadyUsed(key: "key_id", value: "alice"), at: TextPosition(line: 8, column: 13)) {
      try parse(entry(), entry(key: bobKey))
    }
    // Under another name and revoked: the same key must not be both.
    expectProblem(.alreadyUsed(key: "public_key", value: aliceKey), at: TextPosition(line: 11, column: 17)) {
      try parse(entry(["status": "revoked"]), entry(id: "alice2"))
    }
  }

  @Test func findsByNameAndByKey() throws {
    let store = try parse(entry(), entry(key: bobKey, id: "bob"))
    #expect(store.find("bob")?.publicKey == TrustScene.bob.publicKey && store.find("Bob") == nil)
    #expect(store.find(TrustScene.bob.publicKey.fingerprint)?.keyID == "bob")
    #expect(store.find(TrustScene.carol.publicKey.fingerprint) == nil)
  }
}

@Suite struct TrustStoreEditTests {
  private static let file = """
    # who we trust

    trusted_publishers:
      # met in person
      - key_id: "alice"   # the old one
        name: "Alice"
        algorithm: "ed25519"
        public_key: "\(aliceKey)"
        scopes: ["registry"]
        status: "active" # for now
      # the end

    """

  private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

  @Test func addWritesTheFieldsInOrder() throws {
    let key = TrustedKey(
      keyID: "bob",
      name: "Bob & Co",
      publicKey: TrustScene.bob.publicKey,
      addedAt: try WrittenTime(parsing: "2026-01-01T00:00:00Z"),
      remoteSourceURL: "https://example.com/k.yaml"
    )
    let added = """
        - key_id: "bob"
          name: "Bob & Co"
          algorithm: "ed25519"
          public_key: "\(bobKey)"
          scopes: ["registry", "catalog"]
          status: "active"
          added_at: "2026-01-01T00:00:00Z"
          remote_source_url: "https://example.com/k.yaml"

      """
    let old = Array(Self.file.utf8)
    #expect(text(try TrustStore.add(key, to: old)) == Self.file + added)
    let fresh = text(try TrustStore.add(key, to: nil))
    #expect(fresh == DefaultFiles.trustedKeys.replacing(" []", with: "") + added)
  }

  @Test func addNeverReplaces() {
    let old = Array(Self.file.utf8)
    expectProblem(.alreadyUsed(key: "key_id", value: "alice")) {
      try TrustStore.add(TrustedKey(keyID: "alice", name: "A", publicKey: TrustScene.bob.publicKey), to: old)
    }
    expectProblem(.alreadyUsed(key: "public_key", value: "alice")) {
      try TrustStore.add(TrustedKey(keyID: "new", name: "A", publicKey: TrustScene.alice.publicKey), to: old)
    }
  }

  @Test func addRefusesWhatTheNodeToolCannotRead() {
    expectProblem(.needsEscape(key: "name", value: "say \"hi\"")) {
      try TrustStore.add(
        TrustedKey(keyID: "bob", name: "say \"hi\"", publicKey: TrustScene.bob.publicKey),
        to: nil
      )
    }
  }

  @Test func revokeChangesOneWord() throws {
    let revoked = try TrustStore.setStatus(.revoked, of: "alice", in: Array(Self.file.utf8))
    #expect(text(revoked) == Self.file.replacing("\"active\"", with: "\"revoked\""))
    #expect(try TrustStore.parse(revoked).find("alice")?.status == .revoked)
    expectProblem(.noSuchEntry("bob")) { try TrustStore.setStatus(.revoked, of: "bob", in: revoked) }
  }

  @Test func removeKeepsTheRest() throws {
    let bob = TrustedKey(keyID: "bob", name: "Bob", publicKey: TrustScene.bob.publicKey)
    // A comment right above an entry goes with it, so the last line must not be one.
    let file = Self.file.replacing("  # the end\n", with: "")
    let both = try TrustStore.add(bob, to: Array(file.utf8))
    #expect(text(try TrustStore.remove("bob", from: both)) == file)
    let rest = text(try TrustStore.remove("alice", from: both))
    #expect(rest.hasPrefix("# who we trust\n\ntrusted_publishers:\n") && !rest.contains("met in person"))
    #expect(try TrustStore.parse(Array(rest.utf8)).keys == [bob])
    expectProblem(.noSuchEntry("carol")) { try TrustStore.remove("carol", from: both) }
  }

  @Test func aFileThatDoesNotParseIsNotEdited() {
    let broken = Array(Self.file.replacing("active", with: "actve").utf8)
    #expect(throws: TextProblem.self) { try TrustStore.remove("alice", from: broken) }
    #expect(throws: TextProblem.self) { try TrustStore.setStatus(.revoked, of: "alice", in: broken) }
    let bob = TrustedKey(keyID: "bob", name: "Bob", publicKey: TrustScene.bob.publicKey)
    #expect(throws: TextProblem.self) { try TrustStore.add(bob, to: broken) }
  }
}
