import Foundation
import TestSupport
import Testing

@testable import RegistryModel

@Suite struct SignatureBlockTests {
  static let base64 = Data(repeating: 7, count: 64).base64EncodedString()
  static let hex = String(repeating: "0f", count: 32)

  static func block(
    algorithm: String = "ed25519",
    keyID: String = "acme-2026",
    signature: String = base64,
    fields: [String] = ["version", "files_hashes"]
  ) -> String {
    let names = fields.map { "\"\($0)\"" }.joined(separator: ", ")
    return "{\"algorithm\": \"\(algorithm)\", \"key_id\": \"\(keyID)\", \"signature\": \"\(signature)\", "
      + "\"signed_fields\": [\(names)]}"
  }

  private func parse(_ text: ManifestText) throws -> [SignatureBlock] {
    try Manifest.parse(text.bytes, rules: .forTests()).signatureBlocks
  }

  @Test func readsBothPlacesInOrder() throws {
    let hmac = Self.block(algorithm: "hmac-sha256", keyID: "p", signature: Self.hex)
    let text = ManifestText().with("signature", Self.block()).with("signatures", "[\(hmac)]")
    let blocks = try parse(text)
    #expect(blocks.map(\.algorithm) == [.ed25519, .hmacSHA256] && blocks.map(\.keyID) == ["acme-2026", "p"])
    #expect(blocks[0].signature == Array(repeating: 7, count: 64))
    #expect(blocks[1].signature == Array(repeating: 15, count: 32))
    #expect(blocks[0].signedFields == ["version", "files_hashes"])
  }

  @Test func nullAndEmptyAreUnsigned() throws {
    #expect(try parse(ManifestText().with("signature", "null").with("signatures", "[]")).isEmpty)
  }

  @Test func unknownFieldsCanBeSigned() throws {
    let text = ManifestText().with("é", "1").with("signature", Self.block(fields: ["é"]))
    #expect(try parse(text).first?.signedFields == ["é"])
  }

  @Test(arguments: [
    (block(algorithm: "gpg"), SignatureBlockProblem.unknownAlgorithm("gpg")),
    (block(algorithm: "Ed25519"), .unknownAlgorithm("Ed25519")),
    (block(algorithm: ""), .unknownAlgorithm("")),
    (block(keyID: ""), .badKeyID("")), (block(keyID: "a b"), .badKeyID("a b")),
    (block(keyID: "é"), .badKeyID("é")),
    (block(keyID: String(repeating: "k", count: 129)), .badKeyID(String(repeating: "k", count: 129))),
    (block(signature: ""), .badEncoding(.ed25519)), (block(signature: hex), .badEncoding(.ed25519)),
    (block(signature: String(base64.dropLast(2))), .badEncoding(.ed25519)),
    (block(signature: base64 + "AAAA"), .badEncoding(.ed25519)),
    (block(signature: " " + base64.dropLast()), .badEncoding(.ed25519)),
    (block(signature: String(base64.dropLast(3)) + "x=="), .badEncoding(.ed25519)),
    (block(algorithm: "hmac-sha256"), .badEncoding(.hmacSHA256)),
    (block(algorithm: "hmac-sha256", signature: hex.uppercased()), .badEncoding(.hmacSHA256)),
    (block(algorithm: "hmac-sha256", signature: hex + "00"), .badEncoding(.hmacSHA256)),
    (block(algorithm: "hmac-sha256", signature: "g" + hex.dropFirst()), .badEncoding(.hmacSHA256)),
    (block(fields: []), .noSignedFields),
    (block(fields: (0...64).map { "f\($0)" }), .tooManySignedFields(count: 65, limit: 64)),
    (block(fields: ["version", "version"]), .repeatedSignedField("version")),
    (block(fields: ["version", "nothing"]), .missingSignedField("nothing")),
    (block(fields: ["expires_at"]), .missingSignedField("expires_at")),
    (block(fields: ["signature"]), .signsSignatures("signature")),
    (block(fields: ["version", "signatures"]), .signsSignatures("signatures")),
    (block(fields: ["versi\\u006fn", "version"]), .repeatedSignedField("version")),
  ])
  func refusesBlock(block: String, expected: SignatureBlockProblem) throws {
    for text in [
      ManifestText().with("signature", block),
      ManifestText().with("signatures", "[\(Self.block()), \(block)]"),
    ] {
      guard case .badSignature(_, let problem, .some) = try manifestProblem(text) else {
        Issue.record("\(block)")
        continue
      }
      #expect(problem == expected)
    }
  }

  @Test(arguments: [
    "{}", "1", "\"x\"", "[]", "true", block().replacing("}", with: ", \"extra\": 1}"),
    block().replacing("\"key_id\": \"acme-2026\", ", with: ""), block().replacing("[\"version\"", with: "[1"),
    block().replacing("\"acme-2026\"", with: "null"), block().replacing("\"ed25519\"", with: "1"),
  ])
  func refusesShape(block: String) throws {
    for text in [ManifestText().with("signature", block), ManifestText().with("signatures", "[\(block)]")] {
      guard case .badSignature(0, .text, .some) = try manifestProblem(text) else {
        Issue.record("\(block)")
        continue
      }
    }
  }

  @Test func nullIsNoItemOfSignatures() throws {
    guard case .badSignature(0, .text, _) = try manifestProblem(ManifestText().with("signatures", "[null]"))
    else {
      Issue.record("null")
      return
    }
    for value in ["null", "{}", "\"\""] {
      guard case .text = try manifestProblem(ManifestText().with("signatures", value)) else {
        Issue.record("\(value)")
        continue
      }
    }
  }

  @Test func blocksAreCountedTogether() throws {
    let many = (0..<15).map { _ in Self.block() }.joined(separator: ", ")
    let text = ManifestText().with("signature", Self.block())
    #expect(try parse(text.with("signatures", "[\(many)]")).count == 16)
    let problem = try manifestProblem(text.with("signatures", "[\(many), \(Self.block())]"))
    #expect(problem == .tooManySignatures(count: 17, limit: 16))
  }

  @Test func fieldNamesAreComparedByBytes() throws {
    let text = ManifestText().with("é", "1").with("signature", Self.block(fields: ["e\u{301}"]))
    guard case .badSignature(0, .missingSignedField, _) = try manifestProblem(text) else {
      Issue.record("canonically equal")
      return
    }
  }
}
