import TestSupport
import Testing

@testable import Formats
@testable import RegistryModel

@Suite struct ManifestSigningTests {
  private var members: [JSONMember] {
    get throws { try StrictJSON.parse(ManifestText().with("signature", "null").bytes).members(for: "") }
  }

  @Test func theFirstTakesThePlaceOfNullAndOthersFollow() throws {
    let one = try ManifestSigning.addSignature(to: members, with: .alice, keyID: "alice")
    #expect(try one.map(\.name) == members.map(\.name))
    let two = try ManifestSigning.addSignature(to: one, with: .bob, keyID: "bob")
    #expect(two.map(\.name) == one.map(\.name) + ["signatures"] && two.dropLast().elementsEqual(one))
    let three = try ManifestSigning.addSignature(to: two, with: .project, keyID: "ours")
    let list = try #require(three.last).value.array(for: "")
    let before = try #require(two.last).value.array(for: "")
    #expect(list.count == 2 && before.count == 1 && list.first == before.first)
    let manifest = try Manifest.parse(JSONWriter.pretty(.object(members: three)), rules: .forTests())
    #expect(manifest.signatureBlocks.map(\.keyID) == ["alice", "bob", "ours"])
  }

  @Test func signingIsRepeatable() throws {
    #expect(
      try ManifestSigning.addSignature(to: members, with: .alice, keyID: "alice")
        == ManifestSigning.addSignature(to: members, with: .alice, keyID: "alice")
    )
  }

  @Test(arguments: ["", "a b", "é", String(repeating: "k", count: 129)])
  func badNamesAreRefused(keyID: String) throws {
    let members = try members
    #expect(throws: SigningProblem.badKeyID(keyID)) {
      try ManifestSigning.addSignature(to: members, with: .alice, keyID: keyID)
    }
  }

  @Test func aKeySignsOnce() throws {
    let one = try ManifestSigning.addSignature(to: members, with: .alice, keyID: "alice")
    #expect(throws: SigningProblem.alreadySigned(keyID: "alice")) {
      try ManifestSigning.addSignature(to: one, with: .bob, keyID: "alice")
    }
  }

  @Test(arguments: Manifest.requiredFields)
  func aMissingFieldIsRefused(field: String) throws {
    let rest = try members.filter { $0.name != field }
    #expect(throws: SigningProblem.missingField(field)) {
      try ManifestSigning.addSignature(to: rest, with: .alice, keyID: "alice")
    }
  }

  @Test func thereIsRoomForSixteen() throws {
    var members = try members
    for number in 0..<16 {
      members = try ManifestSigning.addSignature(to: members, with: .alice, keyID: "k\(number)")
    }
    let full = members
    #expect(throws: SigningProblem.tooManySignatures(limit: 16)) {
      try ManifestSigning.addSignature(to: full, with: .alice, keyID: "k16")
    }
    let odd = try self.members + [JSONMember("signatures", .null)]
    #expect(throws: SigningProblem.malformedSignatures) {
      try ManifestSigning.addSignature(to: odd, with: .alice, keyID: "k")
    }
  }
}
