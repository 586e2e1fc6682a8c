import ObjectStore
import Testing

@testable import Formats
@testable import RegistryModel

@Suite struct SignerTests {
  private static let hex = String(repeating: "4", count: 64)

  @Test(arguments: [
    ("ed25519", hex, true), ("hmac-sha256", hex, true), ("Ed25519", hex, false), ("rsa", hex, false),
    ("ed25519", String(hex.dropLast()), false), ("ed25519", String(repeating: "A", count: 64), false),
    ("ed25519", "é", false),
  ])
  func onlyWhatCanBeCheckedIsKnown(algorithm: String, fingerprint: String, isKnown: Bool) {
    let signer = Signer(algorithm: algorithm, keyID: "alice", fingerprint: fingerprint)
    #expect(signer.isKnown == isKnown)
  }

  /// A snapshot that another program wrote, or a forger, may name any words.
  @Test func unknownSignersOfASnapshotAreNotPinned() throws {
    let known = TrustScene.aliceSigned
    let unknown = [
      Signer(algorithm: "rsa", keyID: "alice", fingerprint: Self.hex),
      Signer(algorithm: "ed25519", keyID: "alice", fingerprint: "x"),
    ]
    func memory(_ signers: [Signer], _ trust: Snapshot.Trust) throws -> TrustMemory {
      let bytes = try ManifestText().signed(("alice", .alice))
      var snapshot = try TrustScene().snapshot(bytes)
      (snapshot.signers, snapshot.trust) = (signers, trust)
      return TrustMemory(lockEntry: nil, synced: (snapshot, nil))
    }
    #expect(try memory([unknown[0], known, unknown[1]], .verified).pins == [[known]])
    let onlyUnknown = try memory(unknown, .verified)
    #expect(onlyUnknown.pins.isEmpty && onlyUnknown.wasSigned)
    let claimedUnsigned = try memory(unknown, .unsigned)
    #expect(claimedUnsigned.pins.isEmpty && !claimedUnsigned.wasSigned)
  }
}
