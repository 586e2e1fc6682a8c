import TestSupport
import Testing

@testable import RegistrySync

private func canonical(_ json: String) throws -> String {
  String(decoding: CanonicalJSON.encode(try StrictJSON.parse(Array(json.utf8))), as: UTF8.self)
}

@Suite struct CanonicalJSONTests {
  @Test func everyVectorGivesItsPayload() throws {
    let file = try StrictJSON.parse(try fixture("signatures.json"))
    let vectors = try #require(file.find("vectors")).array(for: "vectors")
    #expect(vectors.count == 12)
    for vector in vectors {
      let fields = try JSONFields(vector, known: nil)
      let manifest = try StrictJSON.parse(Array(try fields.readString("manifest_text").utf8))
      let payload = try CanonicalJSON.payload(
        of: try manifest.members(for: ""),
        signedFields: try fields.read("signed_fields").strings(for: "")
      )
      let expected = try fields.readString("payload")
      #expect(payload == Array(expected.utf8))
    }
  }

  @Test func onlyTheSignedFieldsCountInAnyOrder() throws {
    let members = try StrictJSON.parse(Array("{\"b\":1,\"a\":2,\"c\":3}".utf8)).members(for: "")
    #expect(
      try CanonicalJSON.payload(of: members, signedFields: ["b", "a"]) == Array("{\"a\":2,\"b\":1}".utf8)
    )
    #expect(
      try CanonicalJSON.payload(of: members, signedFields: ["a", "b"])
        == CanonicalJSON.payload(of: members, signedFields: ["b", "a"])
    )
    #expect(try CanonicalJSON.payload(of: members, signedFields: []) == Array("{}".utf8))
  }

  @Test func aRepeatedOrMissingFieldIsMalformed() throws {
    let members = try StrictJSON.parse(Array("{\"a\":1}".utf8)).members(for: "")
    expectProblem(.signedFieldRepeated("a")) {
      try CanonicalJSON.payload(of: members, signedFields: ["a", "a"])
    }
    expectProblem(.signedFieldMissing("b")) { try CanonicalJSON.payload(of: members, signedFields: ["b"]) }
  }

  // Expected values are what `JSON.stringify` prints after the members were inserted in sorted order.
  @Test(arguments: [
    ("{\"b\":1,\"a\":2,\"A\":3,\"\":4}", "{\"\":4,\"A\":3,\"a\":2,\"b\":1}"),
    ("{\"10\":1,\"9\":2,\"007\":3,\"0\":4}", "{\"0\":4,\"9\":2,\"10\":1,\"007\":3}"),
    (
      "{\"4294967295\":1,\"4294967294\":2,\"5\":3,\"-1\":4,\"1.5\":5}",
      "{\"5\":3,\"4294967294\":2,\"-1\":4,\"1.5\":5,\"4294967295\":1}"
    ),
    ("{\"99999999999999999999\":1,\"1\":2,\"!\":3}", "{\"1\":2,\"!\":3,\"99999999999999999999\":1}"),
    (
      "{\"\u{FF5E}\":1,\"\u{1F600}\":2,\"\u{E000}\":3,\"\u{D7FF}\":4}",
      "{\"\u{D7FF}\":4,\"\u{1F600}\":2,\"\u{E000}\":3,\"\u{FF5E}\":1}"
    ),
    ("{\"a\u{FFFF}\":1,\"a\u{10000}\":2,\"a\":3}", "{\"a\":3,\"a\u{10000}\":2,\"a\u{FFFF}\":1}"),
    ("{\"é\":1,\"e\u{301}\":2,\"z\":3}", "{\"e\u{301}\":2,\"z\":3,\"é\":1}"),
    ("{\"x\":[{\"b\":1,\"2\":2,\"1\":[]},3,1.0]}", "{\"x\":[{\"1\":[],\"2\":2,\"b\":1},3,1]}"),
    ("{\"n\":[1.0,-0,1e21,1e-7,100]}", "{\"n\":[1,0,1e+21,1e-7,100]}"),
  ])
  func membersAreSortedAtEveryLevel(_ json: String, _ expected: String) throws {
    #expect(try canonical(json) == expected)
  }

  @Test func theOrderIsThatOfUTF16() throws {
    var random = SeededGenerator(seed: 3)
    let scalars: [Unicode.Scalar] = [
      "a", "\u{7F}", "é", "\u{D7FF}", "\u{E000}", "\u{FFFD}", "\u{10000}", "\u{10FFFF}",
    ]
    var names: Set<[Unicode.Scalar]> = []
    for _ in 0..<300 {
      names.insert(
        (0..<Int.random(in: 1...3, using: &random)).compactMap { _ in scalars.randomElement(using: &random) }
      )
    }
    let texts = names.map { name in
      name.reduce(into: "") { $0.unicodeScalars.append($1) }
    }
    let expected = texts.sorted { Array($0.utf16).lexicographicallyPrecedes(Array($1.utf16)) }
    let encoded = try StrictJSON.parse(CanonicalJSON.encode(.object(texts.map { ($0, .null) })))
    #expect(try encoded.members(for: "").map { Array($0.name.utf8) } == expected.map { Array($0.utf8) })
  }
}
