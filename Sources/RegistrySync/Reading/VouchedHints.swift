import ObjectStore
import Refs
import RegistryModel

/// The hints of a cache that lead to a registry's snapshots, and which of them this machine vouches for.
///
/// Each file is read when it is first needed, the reflog from its end as far as it is needed; nothing is read again.
final class VouchedHints {
  private let registry: OpenRegistry
  private let notary: any Notary
  private lazy var log = Result {
    try registry.cache.refs.reflog(of: .registry(registry.name.refComponent()))
  }
  /// The last line of the reflog that this machine wrote.
  private lazy var newest = Result { try findNewestLine() }
  private lazy var found = Result {
    try RegistryState.find(registry.name, in: registry.cache.folder, vouchedBy: notary)
  }
  private lazy var pending = Result {
    try PendingRecord.find(registry.name.refComponent(), in: registry.cache.folder)
  }

  init(of registry: OpenRegistry) {
    self.registry = registry
    notary = registry.project.notary(for: registry.name)
  }

  /// What is remembered of the last check, unless something else came in use since: then somebody put it back, or a
  /// write was interrupted before it was written.
  ///
  /// - Throws: As `voucher`.
  func state() throws -> RegistryState? {
    guard let found = try found.get() else { return nil }
    if let line = try newest.get(), line.new != found.inUse { return nil }
    return found
  }

  /// Whether the registry is pinned by what this machine wrote last about that: for a lock entry that another tool wrote.
  ///
  /// A change of the pin is written down twice with its number, in the reflog and then in the state, and the higher number
  /// counts: whoever puts back one of the two, or cuts it, takes no pin away and brings none back.
  ///
  /// - Throws: As `voucher`.
  func pin() throws -> RecordedPin {
    let remembered = try rememberedPin()
    let line = try log.get().first { line in
      line.note.facts.pin != nil && (line.note.facts.turn ?? 0) >= (remembered?.turn ?? 0)
        && line.isVouched(by: notary)
    }
    guard let line, let pin = line.note.facts.pin else { return remembered ?? RecordedPin() }
    let noted = RecordedPin(isSet: pin == .set, turn: line.note.facts.turn ?? 0)
    guard let remembered, remembered.turn >= noted.turn else { return noted }
    return remembered
  }

  /// What the state says of the pin.
  ///
  /// - Throws: As `voucher`.
  func rememberedPin() throws -> RecordedPin? {
    try found.get().flatMap { $0.url == registry.url ? $0.pin : nil }
  }

  private func findNewestLine() throws -> ReflogEntry? {
    let log = try log.get()
    // It is there before the ref moves, and stays when somebody puts the ref back.
    if let line = log.unconfirmed, line.isVouched(by: notary) { return line }
    return try log.first { $0.isVouched(by: notary) }
  }

  /// Whether this machine vouches for what leads to a snapshot.
  ///
  /// - Throws: `RefError`, `DiskError`, `ObjectStoreError` for a failing disk.
  func voucher(for id: ObjectID) throws -> BeliefQuestion.Voucher {
    if let state = try state(), state.url == registry.url {
      if state.synced == id { return .right(BeliefHint(.state, isHistoryOwn: state.isHistoryOwn)) }
      if let coming = state.coming, coming.id == id {
        return .right(BeliefHint(.state, isHistoryOwn: coming.isHistoryOwn))
      }
    }
    let lines = try findLines(of: id)
    if let line = lines.vouched {
      return .right(BeliefHint(.reflog, isHistoryOwn: line.note.facts.isHistoryOwn))
    }
    if let pending = try pending.get(), pending.new == id, pending.isVouched(by: notary) {
      return .right(BeliefHint(.pendingRecord, isHistoryOwn: false))
    }
    if let descendant = try findDescendant(of: id) {
      return .right(BeliefHint(.history(of: descendant), isHistoryOwn: true))
    }
    guard registry.project.machineKey.find() != nil else { return .noKey }
    return lines.haveVoucher ? .wrong : .missing
  }

  /// The newest line of this machine about a snapshot, one that says that all history is its own before others; and
  /// whether any line about it has a voucher, where there is none of this machine.
  ///
  /// A line that says so ends the search: no other could say more.
  private func findLines(of id: ObjectID) throws -> (vouched: ReflogEntry?, haveVoucher: Bool) {
    var vouched: ReflogEntry?
    var haveVoucher = false
    let own = try log.get().first { line in
      guard line.new == id, line.voucher != nil else { return false }
      haveVoucher = true
      guard vouched == nil || line.note.facts.isHistoryOwn, line.isVouched(by: notary) else { return false }
      vouched = vouched ?? line
      return line.note.facts.isHistoryOwn
    }
    return (own ?? vouched, haveVoucher)
  }

  /// What this machine wrote last about the registry.
  ///
  /// - Throws: As `voucher`.
  func lastWritten() throws -> LastWritten {
    guard registry.project.machineKey.find() != nil else {
      return LastWritten(inUse: nil, synced: nil, unfinished: nil)
    }
    let newest = try newest.get()
    let state = try state().flatMap { $0.url == registry.url ? $0 : nil }
    let record = try pending.get().flatMap { record in
      // A record of another write than the last one was finished, and put back by somebody.
      record.isVouched(by: notary) && newest.map(record.isRecord(of:)) == true ? record : nil
    }
    return LastWritten(
      inUse: newest?.new,
      synced: state?.synced,
      coming: state?.coming?.id,
      unfinished: record.map { .init(old: $0.old, new: $0.new) }
    )
  }

  /// Whether a pending record is about the write that this machine made last.
  ///
  /// - Throws: As `voucher`.
  func isLast(_ pending: PendingRecord) throws -> Bool {
    guard pending.isVouched(by: notary) else { return false }
    return try lastWritten().unfinished == .init(old: pending.old, new: pending.new)
  }

  /// A snapshot of which this machine says that it wrote all before it, if the given one is among these.
  private func findDescendant(of id: ObjectID) throws -> ObjectID? {
    var seen: Set<ObjectID> = []
    func follows(_ start: ObjectID) throws -> Bool {
      var next: ObjectID? = start
      while let current = next, seen.insert(current).inserted {
        if current == id { return true }
        do {
          next = try registry.store.readSnapshot(current).parent
        } catch {
          if case .disk = error { throw error }
          // Trimmed, lost or damaged: nothing before it can be vouched for.
          next = nil
        }
      }
      return false
    }
    if let state = try state() {
      if state.isHistoryOwn, let synced = state.synced, try follows(synced) { return synced }
      if let coming = state.coming, coming.isHistoryOwn, try follows(coming.id) { return coming.id }
    }
    return try log.get().first { line in
      try line.note.facts.isHistoryOwn && line.isVouched(by: notary) && follows(line.new)
    }?.new
  }
}

extension PendingRecord {
  /// Whether it was written before a line of the reflog, or for the view of what that line put in use.
  fileprivate func isRecord(of line: ReflogEntry) -> Bool {
    line.new == new && (old == new || line.old == old)
  }
}
