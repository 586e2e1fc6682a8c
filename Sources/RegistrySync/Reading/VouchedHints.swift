import ObjectStore
import Refs
import RegistryModel

/// The hints of a cache that lead to a registry's snapshots, and which of them this machine vouches for.
///
/// Each file is read when it is first needed; nothing is read again.
final class VouchedHints {
  private let registry: OpenRegistry
  private let notary: any Notary
  private lazy var reflog = Result {
    try registry.cache.refs.reflog(of: .registry(registry.name.refComponent()))
  }
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
    if let line = try newestLine(), line.new != found.inUse { return nil }
    return found
  }

  /// The last line of the reflog that this machine wrote.
  private func newestLine() throws -> ReflogEntry? {
    let log = try reflog.get()
    // It is there before the ref moves, and stays when somebody puts the ref back.
    return ([log.unconfirmed].compactMap(\.self) + log.entries).first { $0.isVouched(by: notary) }
  }

  /// Whether this machine vouches for what leads to a snapshot.
  ///
  /// - Throws: `RefError`, `DiskError`, `ObjectStoreError` for a failing disk.
  func voucher(for id: ObjectID) throws -> BeliefQuestion.Voucher {
    if let state = try state(), state.synced == id, state.url == registry.url {
      return .right(BeliefHint(.state, isHistoryOwn: state.isHistoryOwn))
    }
    let lines = try reflog.get().entries.filter { $0.new == id }
    let vouched = lines.filter { $0.isVouched(by: notary) }
    if let line = vouched.first(where: \.note.facts.isHistoryOwn) ?? vouched.first {
      return .right(BeliefHint(.reflog, isHistoryOwn: line.note.facts.isHistoryOwn))
    }
    if let pending = try pending.get(), pending.new == id, pending.isVouched(by: notary) {
      return .right(BeliefHint(.pendingRecord, isHistoryOwn: false))
    }
    if let descendant = try findDescendant(of: id) {
      return .right(BeliefHint(.history(of: descendant), isHistoryOwn: true))
    }
    guard registry.project.machineKey.find() != nil else { return .noKey }
    return lines.contains { $0.voucher != nil } ? .wrong : .missing
  }

  /// What this machine wrote last about the registry.
  ///
  /// - Throws: As `voucher`.
  func lastWritten() throws -> LastWritten {
    guard registry.project.machineKey.find() != nil else {
      return LastWritten(inUse: nil, synced: nil, unfinished: nil)
    }
    let newest = try newestLine()
    let state = try state()
    let record = try pending.get().flatMap { record in
      // A record of another write than the last one was finished, and put back by somebody.
      record.isVouched(by: notary) && newest.map(record.isRecord(of:)) == true ? record : nil
    }
    return LastWritten(
      inUse: newest?.new,
      synced: state?.url == registry.url ? state?.synced : nil,
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
    var starts: [ObjectID] = []
    if let state = try state(), state.isHistoryOwn, let synced = state.synced { starts.append(synced) }
    for line in try reflog.get().entries where line.note.facts.isHistoryOwn && line.isVouched(by: notary) {
      starts.append(line.new)
    }
    var seen: Set<ObjectID> = []
    for start in starts {
      var next: ObjectID? = start
      while let current = next, seen.insert(current).inserted {
        if current == id { return start }
        do {
          next = try registry.store.readSnapshot(current).parent
        } catch {
          if case .disk = error { throw error }
          // Trimmed, lost or damaged: nothing before it can be vouched for.
          next = nil
        }
      }
    }
    return nil
  }
}

extension PendingRecord {
  /// Whether it was written before a line of the reflog, or for the view of what that line put in use.
  fileprivate func isRecord(of line: ReflogEntry) -> Bool {
    line.new == new && (old == new || line.old == old)
  }
}
