import Formats
import ObjectStore
import Refs
import RegistryModel

/// Putting a snapshot in use that is here already.
extension RegistryWriter {
  /// Moves ref, view and lock entry to a snapshot, in the order of DESIGN section 3.2; the newest stays what it is.
  ///
  /// - Throws: Whatever stops it. Before the ref moved nothing that a user sees has changed; after it the next
  ///   write command finishes the rest.
  mutating func checkOut(
    _ target: BelievedSnapshot,
    _ pin: PinChange,
    base: SyncBase,
    lock: borrowing RegistryLock
  ) throws -> [SyncWarning] {
    guard base.inUse != target.id else {
      return try restoreView(of: target.id, .says(target.stated), knowing: base, pin, lock: lock)
    }
    let content = try viewContent(of: target.stated)
    try content.check(registry.policy.limits, source: target.stated.source)
    let expected: Expected = base.inUse.map { .id($0) } ?? .absent
    let update = RefUpdate(.registry(try name.refComponent()), expecting: expected, .set(target.id))
    return try SnapshotSwitch(
      words: .says(target.stated),
      content: content,
      reusing: base.filesInUse,
      record: PendingRecord(old: base.inUse, new: target.id),
      refs: RefMove(
        [update],
        at: registry.now,
        message: pin.message(version: target.stated.version),
        facts: ReflogFacts(
          pin: pin.fact,
          turn: try pin.fact.map { _ in try VouchedHints(of: registry).pin().turn + 1 },
          isHistoryOwn: target.belief.isHistoryOwn
        )
      ),
      pin: pin
    )
    .carryOut(by: &self, lock: lock)
  }

  /// Takes the pin out of the lock entry, and changes nothing else of it.
  ///
  /// - Returns: Whether there was a pin.
  /// - Throws: `ReadingError.neverSynced` when there is no entry; `ProjectError.lockEntryCode`,
  ///   `RefError`, `DiskError`.
  mutating func dropPin(lock: borrowing RegistryLock) throws -> Bool {
    guard var unpinned = entry else { throw ReadingError.neverSynced(name) }
    guard unpinned.isPinned else { return false }
    unpinned.isPinned = false
    unpinned.authenticate(with: key)
    try setEntry(unpinned)
    try rememberPin(in: beliefs().state(), lock: lock)
    return true
  }

  /// Notes, with a voucher, whether the registry is pinned now, what is in use, and what was found out about its files.
  ///
  /// `state`: What was remembered before that.
  func rememberPin(in state: RegistryState?, lock: borrowing RegistryLock) throws {
    // Without a key nothing of it would be believed.
    guard registry.project.machineKey.find() != nil else { return }
    try recordView()
    var state = state ?? RegistryState()
    state.answer = nil
    state.url = registry.url
    state.inUse = try cache.refs.find(.registry(name.refComponent()))
    state.pin = try recordPin(lock: lock)
    state.content = facts ?? state.content
    try state.write(name, in: cache.folder, vouchedBy: notary, disk: disk)
  }

  /// Notes in the reflog that a pin came or went, unless a line says so already, and returns what the state has to say of it.
  func recordPin(lock: borrowing RegistryLock) throws -> RecordedPin {
    let isPinned = entry?.isPinned ?? false
    let hints = VouchedHints(of: registry)
    // Nearly always there is no pin and never was one, and the reflog need not be searched for it.
    if !isPinned, let remembered = try hints.rememberedPin(), !remembered.isSet { return remembered }
    var recorded = try hints.pin()
    let ref = RefName.registry(try name.refComponent())
    guard recorded.isSet != isPinned, registry.project.machineKey.find() != nil,
      let inUse = try cache.refs.find(ref)
    else { return recorded }
    recorded = RecordedPin(isSet: isPinned, turn: recorded.turn + 1)
    try RefMove(
      [RefUpdate(ref, expecting: .id(inUse), .set(inUse))],
      at: registry.now,
      message: isPinned ? "pin" : "unpin",
      facts: ReflogFacts(pin: isPinned ? .set : .clear, turn: recorded.turn)
    )
    .commit(vouchedBy: notary, lock: lock, on: disk)
    return recorded
  }
}
