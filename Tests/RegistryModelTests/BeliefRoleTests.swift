import ObjectStore
import Testing

@testable import RegistryModel

/// What a ref may say after all that this machine wrote.
@Suite struct BeliefRoleTests {
  private let old = ObjectID(hashing: [1])
  private let new = ObjectID(hashing: [2])
  private let roles: [BeliefRole] = [.inUse, .newest, .chosen, .candidate]

  private func contradicted(_ last: LastWritten, _ id: ObjectID, isBelowMemory: Bool = false) -> [BeliefRole]
  {
    roles.filter { last.contradicts($0, id, isBelowMemory: isBelowMemory) }
  }

  @Test func refThatNamesAnOlderSnapshotWasPutBack() {
    let last = LastWritten(inUse: new, synced: new, unfinished: nil)
    #expect(contradicted(last, new) == [])
    #expect(contradicted(last, old) == [.inUse, .newest])
  }

  @Test func choiceOfTheUserIsNoRollback() {
    let last = LastWritten(inUse: new, synced: new, unfinished: nil)
    for role in [BeliefRole.chosen, .candidate] {
      #expect(!last.contradicts(role, old, isBelowMemory: true))
      #expect(!role.isWordOfRef)
    }
  }

  @Test func whatThisMachineDidNotWriteContradictsNothing() {
    let last = LastWritten(inUse: nil, synced: nil, unfinished: nil)
    #expect(contradicted(last, old) == [])
    #expect(contradicted(last, old, isBelowMemory: true) == [.inUse, .newest])
  }

  @Test func checkoutOfAnOldSnapshotIsInUseAndNotTheNewest() {
    let last = LastWritten(inUse: old, synced: new, unfinished: nil)
    #expect(contradicted(last, old) == [])
    #expect(contradicted(last, new) == [.inUse])
    // The lock entry, which is pinned, remembers that there was something newer.
    #expect(last.contradicts(.newest, old, isBelowMemory: true))
  }

  @Test func interruptedSyncLeavesTheNewestAheadOfTheState() {
    let last = LastWritten(inUse: new, synced: old, unfinished: nil)
    #expect(contradicted(last, new) == [])
  }

  @Test func announcedSnapshotMayBeTheNewestAndNothingElse() {
    let pinned = ObjectID(hashing: [3])
    let last = LastWritten(inUse: pinned, synced: old, coming: new, unfinished: nil)
    #expect(contradicted(last, old) == [.inUse])
    #expect(contradicted(last, new) == [.inUse])
    #expect(contradicted(last, ObjectID(hashing: [4])) == [.inUse, .newest])
  }

  @Test func unfinishedWriteExplainsBothOfItsSnapshots() {
    let other = ObjectID(hashing: [3])
    let last = LastWritten(inUse: new, synced: nil, unfinished: .init(old: old, new: new))
    for id in [old, new] { #expect(contradicted(last, id) == []) }
    #expect(contradicted(last, other) == [.inUse])
    // To an old one on purpose, as long as it is not done: the lock entry remembers the newer one.
    #expect(!last.contradicts(.inUse, new, isBelowMemory: true))
    #expect(last.contradicts(.inUse, old, isBelowMemory: true))
  }
}
