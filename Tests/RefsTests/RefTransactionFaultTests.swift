import Disk
import ObjectStore
import Refs
import SystemPackage
import TestSupport
import Testing

/// Every call of a transaction fails once, and the power goes after each: refs must stay readable, have
/// their old or their new value in the order of the updates, and never one that the reflog lacks.
struct RefTransactionFaultTests {
  /// What is there before, and what the transaction does.
  enum Scenario: CaseIterable {
    case first, next, afterTornLine, afterUnconfirmedLine, afterInterruptedDeletion, unmadeLog, deletion

    func prepare(_ cache: TestCache) throws {
      if let old {
        for ref in ["synced/acme", "registries/acme"] {
          try cache.write("\(old)\n", to: "refs/\(ref)")
        }
      }
      let entries = [
        ReflogEntry(old: nil, new: id(1), note: try note()),
        ReflogEntry(old: id(1), new: id(2), note: try note()),
      ]
      var lines = String(decoding: entries.flatMap { $0.encode() }, as: UTF8.self)
      switch self {
      case .first, .unmadeLog: return
      case .afterTornLine: lines += "\(id(2)) \(id(3)) mmd"
      case .afterUnconfirmedLine: lines += "\(id(2)) \(id(9)) mmdos/1 <mmdos> 1 +0000\tx\n"
      case .next, .afterInterruptedDeletion, .deletion: break
      }
      try cache.write(lines, to: "logs/registries/acme")
    }

    /// The value of every ref before.
    var old: ObjectID? {
      self == .first || self == .afterInterruptedDeletion ? nil : id(2)
    }

    /// The value of every ref after.
    var new: ObjectID? { self == .deletion ? nil : id(3) }

    func updates(_ cache: TestCache) -> [RefUpdate] {
      updates(cache, self == .deletion ? .delete : .set(id(3)))
    }

    private func updates(_ cache: TestCache, _ change: RefUpdate.Change) -> [RefUpdate] {
      [cache.synced, cache.used].map { RefUpdate($0, expecting: .any, change) }
    }
  }

  /// Prepares a scenario and runs its transaction on a disk with that fault.
  private func run(_ scenario: Scenario, _ fault: FaultyDisk.Fault?) throws -> (TestCache, RefError?) {
    let cache = try TestCache()
    try scenario.prepare(cache)
    cache.disk.arm(fault)
    let error = thrown { try cache.update(scenario.updates(cache)) }
    return (cache, error)
  }

  private func checkState(_ cache: TestCache, _ scenario: Scenario, _ call: Int) throws {
    let refs = scenario.updates(cache).map(\.ref)
    let values = try refs.map { try cache.store.find($0) }
    let movedCount = values.prefix { $0 == scenario.new }.count
    #expect(values.dropFirst(movedCount).allSatisfy { $0 == scenario.old }, "call \(call)")
    let reflog = try cache.store.reflog(of: cache.used)
    let entries = try reflog.entries
    if values.last == id(3) { #expect(entries.first?.new == id(3), "call \(call)") }
    if let old = scenario.old, values.last == old, scenario != .unmadeLog {
      #expect(entries.map(\.new) == [id(2), id(1)], "call \(call)")
    }
    if values.last == .some(nil) { #expect(entries.isEmpty, "call \(call)") }
    _ = try cache.store.list()
  }

  /// A next writer, on a disk without faults, must find its way.
  private func checkNextWriter(_ cache: TestCache, _ call: Int) throws {
    let before = try cache.store.reflog(of: cache.used).entries
    let refs = [cache.synced, cache.used]
    let value = try cache.store.find(cache.used)
    try cache.update(
      refs.map { RefUpdate($0, expecting: .any, .set(id(4))) },
      on: PosixDisk()
    )
    let after = try cache.store.reflog(of: cache.used)
    #expect(after.leftover == nil, "call \(call)")
    #expect(
      try after.entries == [ReflogEntry(old: value, new: id(4), note: try note())] + before,
      "call \(call)"
    )
  }

  @Test(arguments: Scenario.allCases)
  func everyFailingCallLeavesALegalState(scenario: Scenario) throws {
    for call in 1... {
      let (cache, error) = try run(scenario, .call(call, .noSpace))
      try checkState(cache, scenario, call)
      try checkNextWriter(cache, call)
      guard let error else {
        #expect(cache.disk.callCount < call)
        break
      }
      guard case .commitFailed(let ref, let moved, let cause) = error else {
        Issue.record("call \(call): \(error)")
        break
      }
      #expect(cause.code == .noSpace)
      #expect(!moved.contains(ref))
      for ref in moved { #expect(try cache.store.find(ref) == id(4)) }
      #expect(call < 60)
    }
  }

  @Test(
    arguments: Scenario.allCases,
    [
      (UnsyncedJournal.Contents.lost, UnsyncedJournal.Names.undone), (.lost, .kept), (.torn, .kept),
    ]
  )
  func powerCutAfterEveryCallLeavesALegalState(
    scenario: Scenario,
    outcome: (contents: UnsyncedJournal.Contents, names: UnsyncedJournal.Names)
  ) throws {
    for call in 1... {
      let (cache, error) = try run(scenario, .from(call, .ioError))
      try cache.disk.powerCut(contents: outcome.contents, names: outcome.names)
      try checkState(cache, scenario, call)
      if error == nil {
        let refs = scenario.updates(cache).map(\.ref)
        for ref in refs { #expect(try cache.store.find(ref) == scenario.new) }
        break
      }
      try checkNextWriter(cache, call)
      #expect(call < 60)
    }
  }

  @Test func folderMadeByAKilledProcessIsMadeDurableByTheNext() throws {
    for call in 1... {
      let cache = try TestCache()
      let updates = Scenario.first.updates(cache)
      // A process that dies after some call, power staying on; then one that succeeds; then the cut.
      cache.disk.arm(.from(call, .ioError))
      let error = thrown { try cache.update(updates) }
      cache.disk.arm(nil)
      try cache.update(updates)
      try cache.disk.powerCut()
      for update in updates { #expect(try cache.store.find(update.ref) == id(3), "call \(call)") }
      #expect(try cache.store.reflog(of: cache.used).entries.first?.new == id(3), "call \(call)")
      if error == nil { break }
    }
  }
}
