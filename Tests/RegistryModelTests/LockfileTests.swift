import ObjectStore
import TestSupport
import Testing

@testable import Formats
@testable import RegistryModel

private let hexA = String(repeating: "a1", count: 32)
private let hexB = String(repeating: "b2", count: 32)
private let hexC = String(repeating: "c3", count: 32)

private func parse(_ text: String) throws(TextProblem) -> Lockfile { try Lockfile.parse(Array(text.utf8)) }

private func text(_ lockfile: Lockfile) -> String { String(decoding: lockfile.encode(), as: UTF8.self) }

private func entry(_ name: String = "acme", syncedAt: String = "2026-02-01T10:00:00Z") throws -> LockEntry {
  LockEntry(
    name: try RegistryName(parsing: name),
    url: "https://example.com/r/catalog.yaml",
    syncedAt: try WrittenTime(parsing: syncedAt),
    catalog: try #require(ObjectID(hex: hexA)),
    manifest: try #require(ObjectID(hex: hexB))
  )
}

private func signedEntry() throws -> LockEntry {
  var entry = try entry()
  entry.signature = hexC
  entry.signatureStatus = .verified
  entry.signatureAlgorithm = .ed25519
  entry.signatureKeyID = "key-1"
  entry.publisherStatus = .active
  entry.trustStorePath = ".ai/registries/trusted-keys.yaml"
  entry.trustVerdict = .verified
  entry.registryName = "acme-plugins"
  entry.tree = ObjectID(hex: hexC)
  entry.version = try SemanticVersion(parsing: "1.2.3")
  entry.generatedAt = try WrittenTime(parsing: "2026-01-31T09:00:00.250+02:00")
  entry.signers = [.init(algorithm: "ed25519", keyID: "key-1", fingerprint: hexA)]
  entry.highest = .init(
    version: try SemanticVersion(parsing: "1.3.0"),
    generatedAt: try WrittenTime(parsing: "2026-01-31T12:00:00Z")
  )
  entry.isPinned = true
  entry.entryHMAC = hexB
  return entry
}

private let signedText = """
  {
    "lockfile_version": "1",
    "generated_at": "2026-02-01T10:00:00Z",
    "entries": {
      "acme": {
        "url": "https://example.com/r/catalog.yaml",
        "synced_at": "2026-02-01T10:00:00Z",
        "catalog_sha256": "\(hexA)",
        "manifest_sha256": "\(hexB)",
        "signature": "\(hexC)",
        "signature_alg": "hmac-sha256",
        "public_signature_status": "verified",
        "public_signature_algorithm": "ed25519",
        "public_signature_key_id": "key-1",
        "trusted_publisher_status": "active",
        "trust_store_path": ".ai/registries/trusted-keys.yaml",
        "trust_verdict": "verified",
        "lockfile_verdict": "verified",
        "verification_errors": [],
        "verification_warnings": [],
        "registry_name": "acme-plugins",
        "tree": "\(hexC)",
        "version": "1.2.3",
        "generated_at": "2026-01-31T09:00:00.250+02:00",
        "signers": [
          {
            "algorithm": "ed25519",
            "key_id": "key-1",
            "fingerprint": "\(hexA)"
          }
        ],
        "highest": {
          "version": "1.3.0",
          "generated_at": "2026-01-31T12:00:00Z"
        },
        "pinned": true,
        "entry_hmac": "\(hexB)"
      }
    }
  }

  """

private func expectSet(
  _ entry: LockEntry,
  in lockfile: inout Lockfile,
  changes: Bool,
  sourceLocation: SourceLocation = #_sourceLocation
) {
  let isChanged = lockfile.set(entry)
  #expect(isChanged == changes, sourceLocation: sourceLocation)
}

/// A lockfile with one entry, given as the members that differ from the least one.
private func file(_ change: (inout [String: String]) -> Void) -> String {
  var members = [
    "url": "\"https://example.com/\"", "synced_at": "\"2026-02-01T10:00:00.123Z\"",
    "catalog_sha256": "\"\(hexA)\"",
    "manifest_sha256": "\"\(hexB)\"",
  ]
  change(&members)
  let entry = members.sorted { $0.key < $1.key }.map { "\"\($0.key)\": \($0.value)" }.joined(separator: ", ")
  return
    "{\"lockfile_version\": \"1\", \"generated_at\": \"2026-01-01T00:00:00Z\", \"entries\": {\"acme\": {\(entry)}}}"
}

@Suite struct LockfileTests {
  @Test func writesAndReadsEveryField() throws {
    var lockfile = Lockfile()
    try expectSet(signedEntry(), in: &lockfile, changes: true)
    #expect(text(lockfile) == signedText)
    let read = try parse(signedText)
    #expect(read == lockfile)
    #expect(read.entries == [try signedEntry()])
    #expect(text(read) == signedText)
  }

  @Test func anUnsignedEntryHasNullsAndNoneOfTheOptionalFields() throws {
    var lockfile = Lockfile()
    try expectSet(entry(), in: &lockfile, changes: true)
    let value = try #require(try StrictJSON.parse(lockfile.encode()).find("entries")?.find("acme"))
    #expect(try value.members(for: "").count == 15)
    #expect(value.find("signature") == .null)
    #expect(value.find("public_signature_status") == .string("unsigned"))
    #expect(value.find("trusted_publisher_status") == .string("unknown"))
    #expect(value.find("trust_verdict") == .string("unsigned_allowed"))
    #expect(try parse(text(lockfile)) == lockfile)
  }

  @Test func readsWhatTheNodeToolWrites() throws {
    let nulls = [
      "signature", "public_signature_status", "public_signature_algorithm", "public_signature_key_id",
      "trusted_publisher_status", "trust_store_path", "trust_verdict", "lockfile_verdict",
    ]
    let lockfile = try parse(
      file { members in
        for key in nulls { members[key] = "null" }
        members["signature_alg"] = "\"hmac-sha256\""
        members["verification_errors"] = "[]"
        members["verification_warnings"] = "[\"no \\u001b key\"]"
        members["verdict"] = "{\"anything\": [1, {}]}"
      }
    )
    let entry = try #require(lockfile.entries.first)
    #expect(entry.signatureStatus == .unsigned && entry.trustVerdict == .unsignedAllowed)
    #expect(entry.warnings == ["no \u{1B} key"])
    // Times are written as they were read, and the verdict is gone.
    #expect(text(lockfile).contains("\"synced_at\": \"2026-02-01T10:00:00.123Z\""))
    #expect(!text(lockfile).contains("anything") && !text(lockfile).contains("entry_hmac"))
    #expect(text(lockfile).contains("no \\u001b key"))
  }

  @Test func entriesAreSortedByBytesAndTheTimeIsTheNewest() throws {
    var lockfile = Lockfile()
    try expectSet(entry("b", syncedAt: "2026-02-01T10:00:00.5Z"), in: &lockfile, changes: true)
    try expectSet(entry("a", syncedAt: "2026-02-01T12:00:00+02:00"), in: &lockfile, changes: true)
    try expectSet(entry("B2", syncedAt: "2026-01-01T10:00:00Z"), in: &lockfile, changes: true)
    #expect(lockfile.entries.map(\.name.description) == ["B2", "a", "b"])
    #expect(lockfile.generatedAt.description == "2026-02-01T10:00:00.5Z")
    let root = try StrictJSON.parse(lockfile.encode())
    #expect(try root.find("entries")?.members(for: "").map(\.name) == ["B2", "a", "b"])
    #expect(root.find("generated_at") == .string("2026-02-01T10:00:00.5Z"))
  }

  @Test func anEmptyLockfileKeepsItsTime() throws {
    let empty =
      "{\n  \"lockfile_version\": \"1\",\n  \"generated_at\": \"2026-01-01T00:00:00Z\",\n  \"entries\": {}\n}\n"
    #expect(text(try parse(empty)) == empty)
    var lockfile = try parse(signedText)
    let isGone = try lockfile.remove(RegistryName(parsing: "acme"))
    let isGoneAgain = try lockfile.remove(RegistryName(parsing: "acme"))
    #expect(isGone && !isGoneAgain)
    #expect(lockfile.generatedAt.description == "2026-02-01T10:00:00Z")
  }

  @Test func onlyContentMakesItWorthWriting() throws {
    var lockfile = try parse(signedText)
    var again = try signedEntry()
    again.syncedAt = try WrittenTime(parsing: "2026-03-01T10:00:00Z")
    again.entryHMAC = hexC
    expectSet(again, in: &lockfile, changes: false)
    #expect(text(lockfile) == signedText)
    again.entryHMAC = nil
    expectSet(again, in: &lockfile, changes: true)
    again.entryHMAC = hexB
    expectSet(again, in: &lockfile, changes: true)
    again.isPinned = false
    expectSet(again, in: &lockfile, changes: true)
    again.warnings = ["x"]
    expectSet(again, in: &lockfile, changes: true)
    #expect(lockfile.find(again.name)?.syncedAt == again.syncedAt)
    var other = try entry("ACME")
    other.url = "x"
    expectSet(other, in: &lockfile, changes: true)
    #expect(lockfile.entries.count == 1)
  }

  @Test func theHMACCoversAllButItselfAndTheOtherOne() throws {
    var entry = try signedEntry()
    let payload = entry.hmacPayload
    let value = try StrictJSON.parse(payload)
    #expect(value.find("signature") == nil && value.find("entry_hmac") == nil)
    #expect(try value.members(for: "").first?.name == "catalog_sha256")
    #expect(try value.members(for: "").count == 22)
    #expect(value.find("name") == .string("acme"))
    #expect(CanonicalJSON.encode(value) == payload)
    entry.signature = nil
    entry.entryHMAC = nil
    #expect(entry.hmacPayload == payload)
    entry.syncedAt = try WrittenTime(parsing: "2026-03-01T10:00:00Z")
    #expect(entry.hmacPayload != payload)
  }

  @Test(
    arguments: [
      ("url", nil, .missingKey("url")), ("synced_at", nil, .missingKey("synced_at")),
      ("catalog_sha256", nil, .missingKey("catalog_sha256")),
      ("manifest_sha256", nil, .missingKey("manifest_sha256")),
      ("url", "5", .wrongType(key: "url", expected: .string, found: .number)),
      ("url", "\"a\\u0007\"", .invalidValue(key: "url", value: "a\u{7}", rule: .shape(.oneLine))),
      (
        "catalog_sha256", "\"sha256:x\"",
        .invalidValue(key: "catalog_sha256", value: "sha256:x", rule: .shape(.sha256))
      ),
      ("signature", "\"ABC\"", .invalidValue(key: "signature", value: "ABC", rule: .shape(.sha256))),
      ("entry_hmac", "\"\"", .invalidValue(key: "entry_hmac", value: "", rule: .shape(.sha256))),
      ("tree", "\"x\"", .invalidValue(key: "tree", value: "x", rule: .shape(.sha256))),
      (
        "signature_alg", "\"none\"",
        .invalidValue(key: "signature_alg", value: "none", rule: .oneOf(["hmac-sha256"]))
      ),
      ("lockfile_verdict", "5", .wrongType(key: "lockfile_verdict", expected: .string, found: .number)),
      (
        "public_signature_status", "\"verified\"",
        .invalidValue(
          key: "public_signature_status",
          value: "verified",
          rule: .conflicts(withKey: "trusted_publisher_status", value: "unknown")
        )
      ),
      (
        "public_signature_algorithm", "\"gpg\"",
        .invalidValue(
          key: "public_signature_algorithm",
          value: "gpg",
          rule: .oneOf(["ed25519", "hmac-sha256"])
        )
      ),
      (
        "verification_warnings", "[1]",
        .wrongType(key: "verification_warnings", expected: .string, found: .number)
      ),
      ("pinned", "false", .invalidValue(key: "pinned", value: "false", rule: .oneOf(["true"]))),
      ("pinned", "null", .wrongType(key: "pinned", expected: .boolean, found: .null)),
      ("verdict", "5", .wrongType(key: "verdict", expected: .map, found: .number)),
      ("signers", "{}", .wrongType(key: "signers", expected: .list, found: .map)),
      ("signers", "[{\"algorithm\": \"ed25519\", \"key_id\": \"a\"}]", .missingKey("fingerprint")),
      ("signers", "[{\"keyid\": \"a\"}]", .unknownKey("keyid", nearest: "key_id")),
      ("highest", "{\"version\": \"1.0.0\"}", .missingKey("generated_at")),
      ("manifest_sha", "1", .unknownKey("manifest_sha", nearest: "manifest_sha256")),
      ("snapshot", "1", .unknownKey("snapshot", nearest: nil)),
    ] as [(String, String?, TextProblem.Reason)]
  )
  func refusesAnEntryThatIsWrong(_ key: String, _ value: String?, _ reason: TextProblem.Reason) {
    // An entry of mmdos: what is remembered of its registry must not be lost.
    expectProblem(reason) {
      try parse(
        file {
          $0["registry_name"] = "\"acme\""
          $0[key] = value
        }
      )
    }
  }

  /// What the Node tool records of a check that failed, or of a registry without a manifest.
  @Test(
    arguments: [
      ("manifest_sha256", "null", nil), ("public_signature_status", "\"failed\"", "failed"),
      ("trusted_publisher_status", "\"revoked\"", "revoked"), ("trust_verdict", "\"failed\"", "failed"),
      ("lockfile_verdict", "\"tampered\"", "tampered"), ("verification_errors", "[\"bad\", \"x\"]", "bad"),
    ] as [(String, String, String?)]
  )
  func anEntryThatRecordsAFailureIsKeptAndNotUsed(_ key: String, _ value: String, _ word: String?) throws {
    var lockfile = try parse(file { $0[key] = value })
    let name = try RegistryName(parsing: "acme")
    #expect(lockfile.entries.isEmpty && lockfile.find(name) == nil)
    let refused = try #require(lockfile.findRefused(name))
    #expect(refused.field == key && refused.value == word)
    #expect(try parse(text(lockfile)) == lockfile)
    #expect(text(lockfile).contains("\"\(key)\": "))
    // A sync replaces it, and removing the registry removes it.
    var removed = lockfile
    let isGone = removed.remove(name)
    #expect(isGone && removed.refused.isEmpty)
    try expectSet(entry(), in: &lockfile, changes: true)
    #expect(lockfile.refused.isEmpty && lockfile.find(name) != nil)
  }

  @Test(arguments: [
    ("synced_at", "\"yesterday\""), ("version", "\"1.0\""), ("generated_at", "\"2026-13-01T00:00:00Z\""),
  ])
  func refusesTimesAndVersionsThatAreNone(_ key: String, _ value: String) {
    #expect {
      try parse(
        file {
          $0["registry_name"] = "\"acme\""
          $0[key] = value
        }
      )
    } throws: { error in
      if case .invalidValue(key, _, .refused)? = (error as? TextProblem)?.reason { true } else { false }
    }
  }

  @Test(
    arguments: [
      ("", .unexpected(found: .endOfText, expected: .value)),
      ("[]", .wrongType(key: "", expected: .map, found: .list)),
      ("{}", .missingKey("lockfile_version")),
      (
        "{\"lockfile_version\": \"2\"}",
        .invalidValue(key: "lockfile_version", value: "2", rule: .oneOf(["1"]))
      ),
      ("{\"lockfile_version\": 1}", .wrongType(key: "lockfile_version", expected: .string, found: .number)),
      ("{\"lockfile_version\": \"1\"}", .missingKey("generated_at")),
      ("{\"lockfile_version\": \"1\", \"generated_at\": \"2026-01-01T00:00:00Z\"}", .missingKey("entries")),
      ("{\"lockfile_version\": \"1\", \"version\": 1}", .unknownKey("version", nearest: nil)),
      (
        "{\"lockfile_version\": \"1\", \"generated_at\": \"2026-01-01T00:00:00Z\", \"entries\": []}",
        .wrongType(key: "entries", expected: .map, found: .list)
      ),
      (
        file { _ in }.replacing("\"acme\": {", with: "\"acme\": {\"tree\": null}, \"ACME\": {"),
        .missingKey("url")
      ),
    ] as [(String, TextProblem.Reason)]
  )
  func refusesAFileThatIsWrong(_ text: String, _ reason: TextProblem.Reason) {
    expectProblem(reason) { try parse(text) }
  }

  @Test func refusesNamesThatAreNoneOrEqualIgnoringCase() throws {
    let one = file { $0["registry_name"] = "\"acme\"" }
    #expect {
      try parse(one.replacing("\"acme\"", with: "\"../x\""))
    } throws: { error in
      if case .invalidValue("entries", "../x", .refused)? = (error as? TextProblem)?.reason {
        true
      } else {
        false
      }
    }
    let body = try #require(one.firstRange(of: "\"acme\": ")).upperBound
    let object = one[body...].dropLast(2)
    expectProblem(.alreadyUsed(key: "name", value: "ACME")) {
      try parse(one.dropLast(2) + ", \"ACME\": \(object)}}")
    }
  }

  @Test func mutatedTextNeitherCrashesNorHangs() throws {
    var random = SeededGenerator(seed: 9)
    for _ in 0..<3_000 {
      let bytes = random.mutateText(Array(signedText.utf8))
      guard let lockfile = try? Lockfile.parse(bytes) else { continue }  // Refused is as good as accepted.
      #expect(try Lockfile.parse(lockfile.encode()) == lockfile)
    }
  }
}
