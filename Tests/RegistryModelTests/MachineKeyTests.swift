import Testing

@testable import RegistryModel

@Suite struct MachineKeyTests {
  private let scope = MachineKey.Scope(project: "/srv/p", registry: "acme")

  private func key(_ first: UInt8 = 0) throws -> MachineKey {
    try #require(MachineKey(bytes: [first] + (1..<32)))
  }

  @Test func voucherIsTheHMACThatTheFormatSays() throws {
    // python3: hmac.new(bytes(range(32)), b"mmdos-voucher 1\nreflog\n/srv/p\nacme\nhint", "sha256")
    let voucher = try key().voucher(for: Array("hint".utf8), as: "reflog", in: scope)
    #expect(LowerHex.encode(voucher) == "dad0765b193e435ca6754eda23a714a7ee32b21d24dde579d8171b1b00facbdc")
  }

  @Test func voucherHoldsForItsKeyHintKindAndScopeOnly() throws {
    let (key, hint) = (try key(), Array("hint".utf8))
    let voucher = key.voucher(for: hint, as: "reflog", in: scope)
    #expect(key.isRight(voucher, for: hint, as: "reflog", in: scope))
    #expect(try !self.key(9).isRight(voucher, for: hint, as: "reflog", in: scope))
    #expect(!key.isRight(voucher, for: hint + [0], as: "reflog", in: scope))
    #expect(!key.isRight(voucher, for: hint, as: "pending", in: scope))
    let scopes = [("/srv/q", "acme"), ("/srv/p", "other"), ("/srv/p", ""), ("/srv", "p\nacme")]
    for (project, registry) in scopes {
      let other = MachineKey.Scope(project: project, registry: registry)
      #expect(!key.isRight(voucher, for: hint, as: "reflog", in: other))
    }
  }

  @Test func keyHasThirtyTwoBytesAndIsNotPrinted() {
    #expect(MachineKey(bytes: []) == nil)
    #expect(MachineKey(bytes: [UInt8](repeating: 1, count: 33)) == nil)
    let key = MachineKey.generate()
    #expect(key.fileContent.count == 32)
    #expect("\(key)" == "machine key")
    #expect(key.fileContent != MachineKey.generate().fileContent)
  }
}
