import Disk
import ObjectStore
import Refs
import SystemPackage
import Testing

struct ReflogFactsTests {
  let cache: TestCache
  let log = "logs/registries/acme"
  let ref = "refs/registries/acme"
  let notary = TestNotary()

  init() throws {
    cache = try TestCache()
  }

  private func note(_ facts: ReflogFacts) throws -> ReflogNote {
    try ReflogNote(agentVersion: "1.0.0", seconds: 7, message: "sync: version 2", facts: facts)
  }

  private func read(_ text: String) throws -> ReflogEntry? {
    try cache.write("\(id(2))\n", to: ref)
    try cache.write(text, to: log)
    return try cache.store.reflog(of: cache.used).entries.first
  }

  // MARK: Fields

  @Test(
    arguments: [
      (ReflogFacts(), ""), (ReflogFacts(pin: .set), "\tpin=set"), (ReflogFacts(pin: .clear), "\tpin=clear"),
      (
        ReflogFacts(overrides: ["accept-unsigned", "allow-rollback"]),
        "\toverride=accept-unsigned\toverride=allow-rollback"
      ),
      (
        ReflogFacts(pin: .set, turn: 12, overrides: ["accept-unsigned"], isHistoryOwn: true),
        "\tpin=set\tturn=12\toverride=accept-unsigned\thistory=own"
      ),
    ]
  )
  func factsFollowTheMessageAndAreReadBack(facts: ReflogFacts, fields: String) throws {
    let entry = ReflogEntry(old: nil, new: id(2), note: try note(facts))
    let line = "\(zeros) \(id(2)) mmdos/1.0.0 <mmdos> 7 +0000\tsync: version 2\(fields)\n"
    #expect(String(decoding: entry.encode(), as: UTF8.self) == line)
    #expect(try read(line) == entry)
  }

  @Test(arguments: [
    "\tpin=", "\tpin=maybe", "\tpin", "\t", "\tother=1", "\toverride=", "\toverride=A", "\toverride=a b",
    "\thistory=other", "\tturn=0", "\tturn=01", "\tturn=-1", "\tturn=x", "\tturn=1\tpin=set",
    "\tpin=set\tpin=set", "\toverride=a\tpin=set", "\tvoucher=", "\tvoucher=00",
    "\tvoucher=\(String(repeating: "0", count: 64))\tpin=set",
    "\tvoucher=\(String(repeating: "F", count: 64))", "\tvoucher=\(String(repeating: "0", count: 65))",
  ])
  func fieldsThatWouldNotBeWrittenSoAreCorrupt(fields: String) {
    let line = "\(zeros) \(id(2)) mmdos/1.0.0 <mmdos> 7 +0000\tsync\(fields)\n"
    #expect(throws: RefError.malformedReflog(cache.folder.path.appending(log), line: 1)) { try read(line) }
  }

  @Test(arguments: ["", "A", "a b", "a\tb", "ä", "a=b"])
  func nameOfAnOverrideThatWouldBreakTheLineIsRefused(name: String) {
    #expect(throws: RefError.malformedMessage(name)) { try note(ReflogFacts(overrides: [name])) }
  }

  // MARK: Vouchers

  @Test func committedLineIsVouchedFor() throws {
    let update = RefUpdate(cache.used, expecting: .absent, .set(id(2)))
    try cache.update([update], vouchedBy: notary)
    let entry = try #require(try cache.store.reflog(of: cache.used).entries.first)
    #expect(entry.isVouched(by: notary))
    #expect(!entry.isVouched(by: TestNotary(secret: "another machine")))
    #expect(!entry.isVouched(by: NoNotary()))
  }

  @Test func voucherCoversEverythingOfItsLine() throws {
    let line = String(
      decoding: ReflogEntry(old: id(1), new: id(2), note: try note(ReflogFacts(pin: .set)))
        .vouched(by: notary).encode(),
      as: UTF8.self
    )
    #expect(try read(line)?.isVouched(by: notary) == true)
    let changes = [
      ("\(id(1)) ", "\(id(3)) "), ("mmdos/1.0.0", "mmdos/1.0.1"), (" 7 ", " 8 "), ("version 2", "version 3"),
      ("\tpin=set", ""), ("\tpin=set", "\tpin=clear"), ("\tvoucher", "\thistory=own\tvoucher"),
      ("\tvoucher", "\toverride=a\tvoucher"),
    ]
    for (old, new) in changes {
      let changed = line.replacing(old, with: new)
      #expect(changed != line)
      #expect(try read(changed)?.isVouched(by: notary) == false, "\(new)")
    }
  }

  @Test func trimmingVouchesAgainForOwnLinesOnly() throws {
    try cache.update([RefUpdate(cache.used, expecting: .any, .set(id(1)))], vouchedBy: notary)
    try cache.update([RefUpdate(cache.used, expecting: .any, .set(id(2)))], vouchedBy: notary)
    try cache.update(
      [RefUpdate(cache.used, expecting: .any, .set(id(3)))],
      vouchedBy: TestNotary(secret: "no")
    )
    try cache.update([RefUpdate(cache.used, expecting: .any, .set(id(4)))], vouchedBy: notary)
    try Reflog.forget([id(1)], vouchedBy: notary, lock: cache.lock(), on: cache.disk)
    let entries = try cache.store.reflog(of: cache.used).entries
    #expect(entries.map { $0.isVouched(by: notary) } == [true, false, true])
    try Reflog.forget([id(2)], vouchedBy: notary, lock: cache.lock(), on: cache.disk)
    let left = try cache.store.reflog(of: cache.used).entries
    #expect(left.map(\.new) == [id(4), id(3)])
    #expect(left.map { $0.isVouched(by: notary) } == [true, false])
    #expect(left.last?.voucher == nil)
  }

  @Test(arguments: ["", "0", String(repeating: "0", count: 63), String(repeating: "g", count: 64)])
  func voucherIsSixtyFourDigits(text: String) {
    #expect(Voucher(hex: text) == nil)
  }
}
