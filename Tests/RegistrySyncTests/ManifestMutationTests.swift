import ObjectStore
import TestSupport
import Testing

@testable import RegistrySync

/// Manifests as `publish` writes them, with one byte changed, judged as a first sync would: read, signatures
/// checked, verdict given.
///
/// White space between the values is no part of what is signed (INTEROP "Canonical payload"). A space that
/// becomes a line feed is the one change that may stay verified; it is counted, and must change nothing.
@Suite struct ManifestMutationTests {
  private static let text = ManifestText().with("expires_at", "\"2027-01-01T00:00:00Z\"")

  /// What became of the changes.
  private struct Tally {
    var refused = 0
    /// Verified, with every value as it was.
    var equal = 0
    /// Verified, with the content as it was, and another signature block set aside.
    var otherBlock = 0
  }

  /// The payload of everything that mmdos reads; what else there is, anyone may add.
  private static func readContent(_ bytes: [UInt8]) throws -> [UInt8] {
    let members = try StrictJSON.parse(bytes).members(for: "")
    return try CanonicalJSON.payload(of: members, signedFields: Manifest.requiredFields + ["expires_at"])
  }

  /// Makes 2,000 changes of one byte each.
  private func changeBytes(
    of original: [UInt8],
    seed: UInt64,
    in scene: TrustScene,
    mayLoseBlock: Bool = false
  ) throws -> Tally {
    let before = try Manifest.parse(original, rules: .forTests())
    let content = try Self.readContent(original)
    let document = try JSONWriter.minified(StrictJSON.parse(original))
    #expect(try scene.judge(original).trust == .verified)
    var random = SeededGenerator(seed: seed)
    var tally = Tally()
    for _ in 0..<2000 {
      var bytes = original
      let place = Int.random(in: 0..<bytes.count, using: &random)
      bytes[place] ^= UInt8.random(in: 1...255, using: &random)
      guard let verdict = try? scene.judge(bytes), verdict.trust == .verified else {
        tally.refused += 1
        continue
      }
      let comment = Comment(rawValue: "byte \(place), \(original[place]) to \(bytes[place])")
      #expect(try Self.readContent(bytes) == content, comment)
      if try JSONWriter.minified(StrictJSON.parse(bytes)) == document {
        tally.equal += 1
        let space = Array(" \n\r\t".utf8)
        #expect(space.contains(original[place]) && space.contains(bytes[place]), comment)
      } else {
        tally.otherBlock += 1
        #expect(mayLoseBlock && verdict.signers.count < before.signatureBlocks.count, comment)
      }
    }
    #expect(tally.refused + tally.equal + tally.otherBlock == 2000)
    return tally
  }

  @Test func noChangedByteOfASingleSignatureIsAccepted() throws {
    let original = try Self.text.signed(("alice", .alice))
    let tally = try changeBytes(of: original, seed: 20_260_114, in: TrustScene())
    #expect(tally.otherBlock == 0 && tally.equal > 0)
  }

  @Test func noChangedByteOfTwoNeededSignaturesIsAccepted() throws {
    var scene = TrustScene()
    scene.policy.signatureThreshold = 2
    let original = try Self.text.signed(("alice", .alice), ("bob", .bob))
    let tally = try changeBytes(of: original, seed: 8, in: scene)
    #expect(tally.otherBlock == 0 && tally.equal > 0)
  }

  /// One key is enough: a block that names an unknown key after the change, or stands under a name that means
  /// nothing, is set aside, and the other one still stands for the content, which is never another.
  @Test func aChangeOfOneBlockLeavesTheOtherAndTheContent() throws {
    let original = try Self.text.signed(("alice", .alice), ("bob", .bob))
    let tally = try changeBytes(of: original, seed: 9, in: TrustScene(), mayLoseBlock: true)
    #expect(tally.otherBlock > 0 && tally.refused > 1700)
  }

  /// Without white space between the values there is no exception.
  @Test func noChangedByteOfAMinifiedManifestIsAccepted() throws {
    let original = try JSONWriter.minified(StrictJSON.parse(Self.text.signed(("alice", .alice))))
    let tally = try changeBytes(of: original, seed: 7, in: TrustScene())
    #expect(tally.refused == 2000)
  }

  /// Who remembers the manifest sees a change of white space as what it is: other bytes, the same content.
  @Test func otherWhiteSpaceIsTheSameRelease() throws {
    let original = try Self.text.signed(("alice", .alice))
    var scene = TrustScene()
    scene.memory = try scene.remember(original)
    let place = try #require(original.firstIndex(of: UInt8(ascii: " ")))
    var changed = original
    changed[place] = UInt8(ascii: "\n")
    #expect(try scene.judge(changed).trust == .verified)
  }
}
