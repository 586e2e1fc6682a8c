import RegistryModel
import RegistrySync

extension Disbelief {
  /// Why none of the ways to believe a snapshot is open, one clause for each.
  var words: String { [lock.words, verdict.words, voucher.words].compactMap { $0 }.joined(separator: "; ") }
}

extension BeliefQuestion.Lock {
  fileprivate var words: String? {
    switch self {
    case .agrees, .unasked: nil
    case .absent: "registry-lock.json has no entry"
    case .differs(let field): "'\(field)' in registry-lock.json is another"
    case .forged(let field): "'\(field)' of its entry in registry-lock.json does not match"
    case .unauthenticated: "its entry in registry-lock.json has no HMAC"
    }
  }
}

extension BeliefQuestion.Verdict {
  fileprivate var words: String? {
    switch self {
    case .verified, .unasked, .unremembered: nil
    case .unsigned: "no signature proves it"
    case .refused(let refusal): "a sync would refuse it: \(refusal.words)"
    case .unreadable: "its signatures cannot be checked"
    }
  }
}

extension BeliefQuestion.Voucher {
  fileprivate var words: String? {
    switch self {
    case .right: nil
    case .wrong: "what leads to it was not written by this machine for this project"
    case .missing: "nothing says that this machine wrote what leads to it"
    case .outdated:
      "this machine put something newer in its place since, or registry-lock.json remembers something newer: the "
        + "lockfile is a later one, or the refs of the cache were put back"
    case .otherAddress: "it was synced from another address"
    case .noKey: "this machine has no key to vouch with"
    }
  }
}

extension SnapshotDoubt {
  /// Why a snapshot would not be used now.
  var words: String {
    switch self {
    case .refused(let refusal): "would be refused: \(refusal.words)"
    case .unbelieved(let disbelief):
      "would not be used, as nothing shows that it was synced: \(disbelief.words)"
    }
  }
}
