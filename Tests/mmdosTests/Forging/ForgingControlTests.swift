import TestSupport
import Testing

/// That the forgeries are good enough: with the one thing that an attacker cannot make, they are believed.
@Suite(.timeLimit(.minutes(2))) struct ForgingControlTests {
  private func lane() async throws -> ForgingLane {
    let setting = ForgingSetting.all.first {
      $0.registry == .unsigned && $0.machine == .own && !$0.hasProjectKey
    }
    return try await ForgingLane(try #require(setting))
  }

  private func command(_ line: String) throws -> ForgedCommand {
    try #require(ForgedCommand.all.first { $0.line == line })
  }

  @Test func recordWithTheRightVoucherIsFinished() async throws {
    let lane = try await lane()
    defer { withExtendedLifetime(lane) {} }
    let forgery = Forgery("right", .consistent) { forger in
      let id = try ForgedTarget.unsigned.make(forger)
      try ForgedHints.bothRefs.plant(id, forger)
      try forger.log(forger.lane.new, id, facts: "\thistory=own", voucher: .right)
      try forger.pending(forger.lane.new, id, voucher: .right)
    }
    let image = try lane.forge(forgery)
    let install = try await lane.run(
      command("catalog install --source remote:web hello --approved"),
      on: image
    )
    expect(install.result, exit: 0)
    let text = String(decoding: install.image.bytes("project/.ai/skills/hello.md") ?? [], as: UTF8.self)
    #expect(text.contains("FORGED"))
    let pin = try await lane.run(command("registry pin web --approved"), on: image)
    expect(pin.result, exit: 0)
    let lockfile = String(decoding: pin.image.bytes(ForgingLane.lockfile) ?? [], as: UTF8.self)
    #expect(lockfile.contains("6.6.6"))
  }

  @Test func everyCommandWorksWhereNothingIsForged() async throws {
    let lane = try await lane()
    defer { withExtendedLifetime(lane) {} }
    for command in ForgedCommand.all where !Self.refusedAnyway.contains(command.line) {
      let code = try await lane.expected(command).result.exitCode
      // Without approval a command that writes only says what it would do.
      #expect(code == 0 || code == 2 && command.kind == .reading, "\(command.line): \(code)")
    }
  }

  /// What cannot succeed in that setting: there is no key, and no alternate.
  private static let refusedAnyway: Set<String> = [
    "registry cache unlink ../lender --approved", "registry lock --resign --approved",
  ]
}
