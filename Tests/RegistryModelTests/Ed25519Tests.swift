import SystemPackage
import TestSupport
import Testing

@testable import Formats
@testable import RegistryModel

/// The 32 bytes of a y-coordinate given in hex, little-endian, with the sign of x.
private func point(_ hex: String, sign: Bool) throws -> [UInt8] {
  var bytes = try #require(LowerHex.decode(Array(hex.utf8)))
  if sign { bytes[31] |= 0x80 }
  return bytes
}

private let zeros = String(repeating: "00", count: 31)
private let ones = String(repeating: "ff", count: 30)

@Suite struct Ed25519Tests {
  @Test(
    arguments: [
      "00" + zeros, "01" + zeros, "ec" + ones + "7f",
      "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
      "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    ],
    [false, true]
  )
  func keysOfSmallOrderAreRefused(hex: String, sign: Bool) throws {
    let bytes = try point(hex, sign: sign)
    #expect(throws: KeyProblem.smallOrder) { try Ed25519PublicKey(rawBytes: bytes) }
    let spki = TrustScene.alice.publicKey.spki.prefix(12) + bytes
    #expect(throws: KeyProblem.smallOrder) { try Ed25519PublicKey(parsing: StrictBase64.encode(Array(spki))) }
  }

  /// All 19 values of y that have a second encoding; p and p + 1 among them are of small order.
  @Test(arguments: 0xED...0xFF, [false, true])
  func otherEncodingsOfAPointAreRefused(lowest: Int, sign: Bool) throws {
    let bytes = try point(LowerHex.encode([UInt8(lowest)]) + ones + "7f", sign: sign)
    #expect(throws: KeyProblem.notCanonical) { try Ed25519PublicKey(rawBytes: bytes) }
  }

  @Test func libcryptoTakesSuchKeys() throws {
    // Why they are refused here: with the neutral element as key, R = [S]B signs every message.
    let neutral = try point("01" + zeros, sign: false)
    let signature = neutral + [UInt8](repeating: 0, count: 32)
    #expect(SignatureCrypto.isValid(signature, over: Array("anything".utf8), publicKey: neutral))
  }

  @Test(
    arguments: [
      ("", KeyProblem.notBase64), ("AAAA", .notEd25519), ("MCow BQYD", .notBase64),
      (TrustScene.alice.publicKey.base64 + "\n", .notBase64),
      (String(TrustScene.alice.publicKey.base64.dropLast()), .notBase64),
      (StrictBase64.encode(TrustScene.alice.publicKey.spki + [0]), .notEd25519),
      (StrictBase64.encode(Array(TrustScene.alice.publicKey.spki.dropLast())), .notEd25519),
      (StrictBase64.encode(TrustScene.alice.publicKey.rawBytes), .notEd25519),
      (TrustScene.alice.publicKey.pem + "\n", .malformedPEM),
      (TrustScene.alice.publicKey.pem + "x", .malformedPEM),
      (TrustScene.alice.publicKey.pem.replacing("END PUBLIC", with: "END PRIVATE"), .malformedPEM),
      (TrustScene.alice.publicKey.pem.replacing("\nM", with: "\n M"), .malformedPEM),
      (TrustScene.alice.publicKey.pem.replacing("\nM", with: "\n\nM"), .malformedPEM),
      (
        TrustScene.alice.publicKey.pem.replacing("\n", with: "\r\n"),
        .wrongLabel(expected: "PUBLIC KEY", found: nil)
      ),
      ("-----BEGIN PUBLIC KEY-----\n-----END PUBLIC KEY-----\n", .malformedPEM),
      ("-----BEGIN PUBLIC KEY-----", .malformedPEM),
      (TrustScene.alice.pem, .wrongLabel(expected: "PUBLIC KEY", found: "PRIVATE KEY")),
      (
        "-----BEGIN PUBLIC \u{212A}EY-----\nMCow\n-----END PUBLIC KEY-----\n",
        .wrongLabel(expected: "PUBLIC KEY", found: "PUBLIC \u{212A}EY")
      ),
    ]
  )
  func malformedPublicKeysAreRefused(text: String, problem: KeyProblem) {
    #expect(throws: problem) { try Ed25519PublicKey(parsing: text) }
  }

  @Test func otherAlgorithmsAreRefused() async throws {
    for algorithm in ["x25519", "ed448"] {
      let scratch = try ScratchFolder()
      let file = scratch.path.appending("key.pem").string
      let program = Program(path: "/usr/bin/openssl")
      _ = try await program.run(["genpkey", "-algorithm", algorithm, "-out", file])
      let pem = String(decoding: try scratch.read("key.pem"), as: UTF8.self)
      #expect(throws: KeyProblem.notEd25519) { try Ed25519PrivateKey(pem: pem) }
      let publicPEM = try await program.run(["pkey", "-in", file, "-pubout"]).output
      #expect(throws: KeyProblem.notEd25519) { try Ed25519PublicKey(parsing: publicPEM) }
    }
  }

  @Test(
    arguments: [
      ("", KeyProblem.wrongLabel(expected: "PRIVATE KEY", found: nil)),
      (
        TrustScene.alice.publicKey.pem,
        .wrongLabel(expected: "PRIVATE KEY", found: "PUBLIC KEY")
      ),
      ("-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n", .encrypted),
      ("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", .notEd25519),
      (TrustScene.alice.pem.replacing("MC4CAQA", with: "MC4CAQE"), .notEd25519),
      ("x" + TrustScene.alice.pem, .wrongLabel(expected: "PRIVATE KEY", found: nil)),
    ]
  )
  func malformedPrivateKeysAreRefused(text: String, problem: KeyProblem) {
    #expect(throws: problem) { try Ed25519PrivateKey(pem: text) }
  }

  @Test func keysRoundTripAndDiffer() throws {
    let key = Ed25519PrivateKey.generate()
    #expect(try Ed25519PrivateKey(pem: key.pem).publicKey == key.publicKey)
    #expect(try Ed25519PrivateKey(pem: String(key.pem.dropLast())).publicKey == key.publicKey)
    #expect(try Ed25519PublicKey(parsing: key.publicKey.pem) == key.publicKey)
    #expect(try Ed25519PublicKey(parsing: key.publicKey.base64) == key.publicKey)
    #expect(key.publicKey.base64.utf8.count == 60 && key.publicKey != TrustScene.alice.publicKey)
  }

  @Test func printingAPrivateKeyShowsNothingOfIt() throws {
    let secret = try #require(TrustScene.alice.pem.split(separator: "\n").dropFirst().first)
    #expect(!"\(TrustScene.alice)".contains(secret) && "\(TrustScene.alice)".contains("private key of"))
    #expect("\(TrustScene.project)" == "project key")
  }

  @Test(arguments: 0...70) func base64IsReadBack(count: Int) {
    let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ 200) }
    #expect(StrictBase64.decode(StrictBase64.encode(bytes)) == bytes)
  }

  @Test func base64IsPadded() {
    #expect(
      ["", "f", "fo", "foo"].map { StrictBase64.encode(Array($0.utf8)) } == ["", "Zg==", "Zm8=", "Zm9v"]
    )
  }
}
