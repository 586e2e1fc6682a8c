import ObjectStore
import SystemPackage
import TestSupport
import Testing

@testable import Formats
@testable import RegistryModel

/// One worked example of `signatures.json`.
struct SignatureVector: CustomTestStringConvertible {
  let value: JSONValue

  static let all: [SignatureVector] = {
    let file = try? StrictJSON.parse(try fixture("signatures.json"))
    return (try? file?.find("vectors")?.array(for: "vectors"))?.map(SignatureVector.init) ?? []
  }()

  func text(_ path: String...) throws -> String {
    try path.reduce(value) { try #require($0.find($1)) }.string(for: path.last ?? "")
  }

  func hex(_ path: String, _ name: String) throws -> [UInt8] {
    try #require(LowerHex.decode(Array(try text(path, name).utf8)))
  }

  /// The payload that we make of the manifest's text.
  var payload: [UInt8] {
    get throws {
      let members = try StrictJSON.parse(Array(try text("manifest_text").utf8)).members(for: "")
      let fields = try #require(value.find("signed_fields")).strings(for: "signed_fields")
      return try CanonicalJSON.payload(of: members, signedFields: fields)
    }
  }

  var testDescription: String { (try? text("name")) ?? "?" }
}

@Suite struct SignatureVectorTests {
  @Test func thereAreVectors() { #expect(SignatureVector.all.count == 12) }

  @Test(arguments: SignatureVector.all)
  func ed25519BothWays(vector: SignatureVector) throws {
    let key = try Ed25519PublicKey(parsing: try vector.text("ed25519", "public_spki_base64"))
    #expect(try key == Ed25519PublicKey(parsing: try vector.text("ed25519", "public_pem")))
    #expect(try key.pem == vector.text("ed25519", "public_pem"))
    #expect(try key.base64 == vector.text("ed25519", "public_spki_base64"))
    #expect(try key.fingerprint.description == vector.text("ed25519", "fingerprint_sha256"))
    let signature = try #require(StrictBase64.decode(try vector.text("ed25519", "signature_base64")))
    #expect(try key.isValid(signature, over: vector.payload))
    let secret = try Self.privateKey(vector)
    #expect(secret.publicKey == key)
    #expect(try secret.sign(vector.payload) == signature)
  }

  /// The seed in the envelope that openssl writes.
  static func privateKey(_ vector: SignatureVector) throws -> Ed25519PrivateKey {
    let head: [UInt8] = [0x30, 0x2E, 2, 1, 0, 0x30, 5, 6, 3, 0x2B, 0x65, 0x70, 4, 0x22, 4, 0x20]
    let der = StrictBase64.encode(head + (try vector.hex("ed25519", "seed_hex")))
    return try Ed25519PrivateKey(pem: "-----BEGIN PRIVATE KEY-----\n\(der)\n-----END PRIVATE KEY-----\n")
  }

  @Test(arguments: SignatureVector.all)
  func everyFlippedBitOfASignatureIsFound(vector: SignatureVector) throws {
    let key = try Ed25519PublicKey(parsing: try vector.text("ed25519", "public_spki_base64"))
    let signature = try #require(StrictBase64.decode(try vector.text("ed25519", "signature_base64")))
    let payload = try vector.payload
    for bit in 0..<512 {
      var wrong = signature
      wrong[bit / 8] ^= 1 << UInt8(bit % 8)
      #expect(!key.isValid(wrong, over: payload), "bit \(bit)")
    }
    for byte in stride(from: 0, to: payload.count, by: 37) {
      var wrong = payload
      wrong[byte] ^= 1
      #expect(!key.isValid(signature, over: wrong), "byte \(byte)")
    }
    #expect(!key.isValid(Array(signature.dropLast()), over: payload) && !key.isValid([], over: payload))
    #expect(!key.isValid(signature + [0], over: payload) && !key.isValid(signature, over: []))
    #expect(!TrustScene.alice.publicKey.isValid(signature, over: payload))
  }

  @Test func aSecondFormOfASignatureIsRefused() throws {
    // S + L is S again for a reader that does not compare it with the group's order (RFC 8032, 5.1.7).
    let order: [UInt8] = [
      0xED, 0xD3, 0xF5, 0x5C, 0x1A, 0x63, 0x12, 0x58, 0xD6, 0x9C, 0xF7, 0xA2, 0xDE, 0xF9, 0xDE, 0x14,
      0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
    ]
    var signature = TrustScene.alice.sign([1, 2, 3])
    var carry = 0
    for (index, byte) in order.enumerated() {
      let sum = Int(signature[32 + index]) + Int(byte) + carry
      signature[32 + index] = UInt8(sum & 0xFF)
      carry = sum >> 8
    }
    #expect(!TrustScene.alice.publicKey.isValid(signature, over: [1, 2, 3]))
  }

  @Test(arguments: SignatureVector.all)
  func hmacOfManifestAndLockfile(vector: SignatureVector) throws {
    let key = try ProjectKey(parsing: Array(try vector.text("hmac", "key_hex").utf8))
    let code = try vector.hex("hmac", "signature_hex")
    let payload = try vector.payload
    #expect(key.authenticate(payload) == code && key.isValid(code, over: payload))
    for bit in 0..<256 {
      var wrong = code
      wrong[bit / 8] ^= 1 << UInt8(bit % 8)
      #expect(!key.isValid(wrong, over: payload))
    }
    let lockKey = try ProjectKey(parsing: Array(try vector.text("lockfile_hmac", "key_hex").utf8))
    let catalog = try vector.text("lockfile_hmac", "catalog_sha256")
    #expect(try lockKey.authenticate(catalog) == vector.hex("lockfile_hmac", "signature_hex"))
  }
}

@Suite struct OpenSSLTests {
  private func openssl(_ arguments: String...) async throws -> Program.Result {
    let result = try await Program(path: "/usr/bin/openssl").run(arguments)
    #expect(result.exitCode == 0, "\(arguments): \(result.error)")
    return result
  }

  @Test func opensslVerifiesWhatWeSign() async throws {
    let scratch = try ScratchFolder()
    let vector = try #require(SignatureVector.all.first)
    let payload = try vector.payload
    let key = try scratch.write("public.pem", text: TrustScene.alice.publicKey.pem).string
    let message = try scratch.write("message", payload).string
    let signature = try scratch.write("signature", TrustScene.alice.sign(payload)).string
    let result = try await openssl(
      "pkeyutl",
      "-verify",
      "-rawin",
      "-pubin",
      "-inkey",
      key,
      "-in",
      message,
      "-sigfile",
      signature
    )
    #expect(result.output.contains("Signature Verified Successfully"))
  }

  @Test func weVerifyWhatOpensslSigns() async throws {
    let scratch = try ScratchFolder()
    let payload = try #require(SignatureVector.all.last).payload
    let file = scratch.path.appending("private.pem").string
    _ = try await openssl("genpkey", "-algorithm", "ed25519", "-out", file)
    let pem = String(decoding: try scratch.read("private.pem"), as: UTF8.self)
    let key = try Ed25519PrivateKey(pem: pem)
    #expect(key.pem == pem)
    let message = try scratch.write("message", payload).string
    let signed = try await openssl("pkeyutl", "-sign", "-rawin", "-inkey", file, "-in", message)
    #expect(signed.outputBytes == key.sign(payload))
    #expect(key.publicKey.isValid(signed.outputBytes, over: payload))
    let publicPEM = try await openssl("pkey", "-in", file, "-pubout").output
    #expect(publicPEM == key.publicKey.pem)
    let der = try await openssl("pkey", "-in", file, "-pubout", "-outform", "DER").outputBytes
    #expect(der == key.publicKey.spki)
    #expect(try Ed25519PublicKey(spki: der) == key.publicKey)
    #expect(key.publicKey.fingerprint.description == ObjectID(hashing: der).description)
  }

  @Test func opensslReadsOurPrivateKey() async throws {
    let scratch = try ScratchFolder()
    let file = try scratch.write("private.pem", text: TrustScene.bob.pem).string
    let publicPEM = try await openssl("pkey", "-in", file, "-pubout").output
    #expect(publicPEM == TrustScene.bob.publicKey.pem)
  }

  @Test func opensslMakesTheSameHMAC() async throws {
    let scratch = try ScratchFolder()
    let payload = try #require(SignatureVector.all.first).payload
    let message = try scratch.write("message", payload).string
    let hex = String(decoding: TrustScene.project.fileContent.dropLast(), as: UTF8.self)
    let result = try await openssl(
      "dgst",
      "-sha256",
      "-mac",
      "HMAC",
      "-macopt",
      "hexkey:\(hex)",
      "-binary",
      message
    )
    #expect(result.outputBytes == TrustScene.project.authenticate(payload))
  }
}
