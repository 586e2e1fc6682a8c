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
    try registry.cache.refs.reflog(of: .registry(registry.name.refComponent())).entries
  }
  private lazy var state = Result {
    try RegistryState.find(registry.name, in: registry.cache.folder, vouchedBy: notary)
  }
  private lazy var pending = Result {
    try PendingRecord.find(registry.name.refComponent(), in: registry.cache.folder)
  }

  init(of registry: OpenRegistry) {
    self.registry = registry
    notary = registry.project.notary(for: registry.name)
  }

  /// Whether this machine vouches for what leads to a snapshot.
  ///
  /// - Throws: `RefError`, `DiskError`, `ObjectStoreError` for a failing disk.
  func voucher(for id: ObjectID) throws -> BeliefQuestion.Voucher {
    if let state = try state.get(), state.synced == id, state.url == registry.url {
      return .right(BeliefHint(.state, isHistoryOwn: state.isHistoryOwn))
    }
    let lines = try reflog.get().filter { $0.new == id }
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

  /// A snapshot of which this machine says that it wrote all before it, if the given one is among these.
  private func findDescendant(of id: ObjectID) throws -> ObjectID? {
    var starts: [ObjectID] = []
    if let state = try state.get(), state.isHistoryOwn, let synced = state.synced { starts.append(synced) }
    for line in try reflog.get() where line.note.facts.isHistoryOwn && line.isVouched(by: notary) {
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
