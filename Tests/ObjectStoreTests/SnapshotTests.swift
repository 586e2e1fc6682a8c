import TestSupport
import Testing

@testable import ObjectStore

struct SnapshotTests {
  static let anyID = ObjectID(hashing: [])

  static func id(_ digit: Character) throws -> ObjectID {
    try #require(ObjectID(hex: String(repeating: digit, count: 64)))
  }

  static func full() throws -> Snapshot {
    var snapshot = Snapshot.example(
      tree: try id("2"),
      parent: try id("3"),
      signers: [
        .init(algorithm: "ed25519", keyID: "main-key", fingerprint: String(repeating: "4", count: 64))
      ]
    )
    snapshot.manifest = try id("1")
    return snapshot
  }

  static let text = """
    snapshot 1
    tree 2222222222222222222222222222222222222222222222222222222222222222
    parent 3333333333333333333333333333333333333333333333333333333333333333
    source https://example.org/catalog.yaml
    manifest 1111111111111111111111111111111111111111111111111111111111111111
    version 1.2.0
    generated-at 2026-01-02T03:04:05Z
    synced-at 2026-01-03T00:00:00Z
    publisher Example Org
    trust verified
    signer ed25519 main-key 4444444444444444444444444444444444444444444444444444444444444444
    agent mmdos/0.1.0

    """

  /// The id was made with sha256sum.
  @Test func payloadHasExactlyTheDocumentedBytes() throws {
    let payload = try Self.full().encoded()
    #expect(payload == Array(Self.text.utf8))
    let id = ObjectID(hashing: payload)
    #expect(id.description == "ffcdb591921e7c902966c500ff7557515addcdf3f5589d04179c1c5a6811d851")
    #expect(try Snapshot.decode(payload, id: id) == Self.full())
  }

  @Test func everySnapshotComesBack() throws {
    var generator = SeededGenerator(seed: 7)
    for _ in 0..<300 {
      let snapshot = try Self.random(&generator)
      let payload = try snapshot.encoded()
      let decoded = try Snapshot.decode(payload, id: Self.anyID)
      #expect(decoded == snapshot)
      #expect(try decoded.encoded() == payload)
    }
  }

  @Test func mutatedPayloadNeverStandsForAnotherPayload() throws {
    var generator = SeededGenerator(seed: 8)
    var refusals = 0
    for round in 0..<4000 {
      let mutated = generator.mutate(try Self.random(&generator).encoded())
      do {
        #expect(try Snapshot.decode(mutated, id: Self.anyID).encoded() == mutated, "round \(round)")
      } catch {
        refusals += 1
      }
    }
    #expect(refusals > 1000)
  }

  private static func random(_ generator: inout SeededGenerator) throws -> Snapshot {
    func word(_ generator: inout SeededGenerator, _ alphabet: String) -> String {
      String(
        (0..<Int.random(in: 1...8, using: &generator)).map { _ in
          alphabet.randomElement(using: &generator) ?? "x"
        }
      )
    }
    var snapshot = try full()
    snapshot.tree = ObjectID(bytes: generator.bytes(32)[...]) ?? anyID
    snapshot.parent = Bool.random(using: &generator) ? nil : ObjectID(bytes: generator.bytes(32)[...])
    snapshot.source = word(&generator, "https:/ex.é")
    snapshot.publisher = word(&generator, " aé漢\u{301}\u{2028}\"'")
    snapshot.version = word(&generator, "0.1-a")
    snapshot.signers = (0..<Int.random(in: 0...3, using: &generator)).map { _ in
      .init(
        algorithm: word(&generator, "edhmac-2"),
        keyID: word(&generator, "k_é"),
        fingerprint: word(&generator, "0af")
      )
    }
    snapshot.trust = Bool.random(using: &generator) ? .verified : .unsigned
    return snapshot
  }

  /// One replacement in the payload above, and the line that is then at fault.
  static let deviations: [(old: String, new: String, malformation: ObjectStoreError.Malformation)] = [
    ("snapshot 1\n", "snapshot 2\n", .missingHeader), ("snapshot 1\n", "", .missingHeader),
    ("snapshot 1\n", "\nsnapshot 1\n", .missingHeader), ("snapshot 1\n", "snapshot 1 \n", .missingHeader),
    ("0.1.0\n", "0.1.0", .missingFinalNewline), ("0.1.0\n", "0.1.0\r\n", .badLine(12)),
    ("0.1.0\n", "0.1.0\n\n", .badLine(13)), ("0.1.0\n", "0.1.0\nagent x\n", .badLine(13)),
    ("tree 2", "tree  2", .badLine(2)), ("tree 2", "tree g", .badLine(2)), ("tree 2", "Tree 2", .badLine(2)),
    ("tree 2", "tree 22", .badLine(2)), ("parent 3", "parent A", .badLine(3)),
    ("parent", "Parent", .badLine(3)), ("source https", "https", .badLine(4)),
    ("source https://example.org/catalog.yaml", "source ", .badLine(4)),
    ("source https://example.org/catalog.yaml\n", "", .badLine(4)),
    ("manifest 1", "manifest ", .badLine(5)), ("version 1.2.0", "version", .badLine(6)),
    ("version 1.2.0", "version 1\t2", .badLine(6)), ("version 1.2.0", "version 1\u{85}", .badLine(6)),
    ("generated-at", "generated_at", .badLine(7)), ("publisher Example", "publisher \u{1B}", .badLine(9)),
    ("Example Org", "a\u{0}", .badLine(9)), ("Example Org", "\u{7F}", .badLine(9)),
    ("trust verified", "trust Verified", .badLine(10)), ("trust verified", "trust ", .badLine(10)),
    ("trust verified", "trust yes", .badLine(10)), ("trust verified", "trust verified ", .badLine(10)),
    ("main-key ", "", .badLine(11)), ("main-key", "main key", .badLine(11)),
    ("main-key", "", .badLine(11)), ("ed25519 main", " ed25519 main", .badLine(11)),
    ("signer", "Signer", .badLine(11)), ("agent mmdos/0.1.0\n", "", .badLine(12)),
    ("agent", "extra x\nagent", .badLine(12)),
    ("trust verified\n", "trust verified\ntrust verified\n", .badLine(11)),
  ]

  @Test(arguments: deviations.indices)
  func everyDeviationIsRefused(index: Int) throws {
    let (old, new, malformation) = Self.deviations[index]
    #expect(Self.text.contains(old))
    let payload = Self.text.replacing(old, with: new, maxReplacements: 1)
    #expect(throws: ObjectStoreError.malformed(Self.anyID, malformation)) {
      try Snapshot.decode(Array(payload.utf8), id: Self.anyID)
    }
  }

  @Test func linesInAnotherOrderAreRefused() throws {
    let lines = Self.text.split(separator: "\n").map(String.init)
    for first in lines.indices.dropLast() {
      var swapped = lines
      swapped.swapAt(first, first + 1)
      let payload = swapped.joined(separator: "\n") + "\n"
      #expect(throws: ObjectStoreError.self, "\(first)") {
        try Snapshot.decode(Array(payload.utf8), id: Self.anyID)
      }
    }
  }

  @Test func payloadThatIsNotUTF8IsRefused() {
    let payload = Array(Self.text.utf8).map { $0 == UInt8(ascii: "O") ? 0xFF : $0 }
    #expect(throws: ObjectStoreError.malformed(Self.anyID, .badLine(1))) {
      try Snapshot.decode(payload, id: Self.anyID)
    }
  }

  @Test(arguments: ["", "a\nb", "a\r", "\u{0}", "\u{9B}"])
  func valueThatIsNotOneLineIsNotEncoded(value: String) throws {
    let fields: [(String, WritableKeyPath<Snapshot, String>)] = [
      ("source", \.source), ("version", \.version), ("generated-at", \.generatedAt),
      ("synced-at", \.syncedAt), ("publisher", \.publisher), ("agent", \.agent),
    ]
    for (name, field) in fields {
      var snapshot = try Self.full()
      snapshot[keyPath: field] = value
      #expect(throws: ObjectStoreError.unencodable(field: name)) { try snapshot.encoded() }
    }
  }

  @Test(arguments: ["", "a b", "a\n", "a\u{301} "])
  func signerThatIsNotThreeWordsIsNotEncoded(word: String) throws {
    for signer in [
      Signer(algorithm: word, keyID: "k", fingerprint: "f"),
      Signer(algorithm: "a", keyID: word, fingerprint: "f"),
      Signer(algorithm: "a", keyID: "k", fingerprint: word),
    ] {
      var snapshot = try Self.full()
      snapshot.signers = [signer]
      #expect(throws: ObjectStoreError.unencodable(field: "signer")) { try snapshot.encoded() }
    }
  }

  @Test func snapshotTooLargeToBeReadBackIsNeitherWrittenNorRead() throws {
    var snapshot = try Self.full()
    snapshot.publisher = String(repeating: "p", count: 70_000)
    #expect(throws: ObjectStoreError.unencodable(field: "snapshot")) { try snapshot.encoded() }
    let payload = Self.text.replacing("Example Org", with: snapshot.publisher)
    let limit = Snapshot.maximumPayloadBytes
    #expect(throws: ObjectStoreError.malformed(Self.anyID, .tooLarge(limit: limit))) {
      try Snapshot.decode(Array(payload.utf8), id: Self.anyID)
    }
  }
}
