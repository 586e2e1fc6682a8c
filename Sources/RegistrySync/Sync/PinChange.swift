import ObjectStore
import Refs
import RegistryModel

/// What a write does to the pin of a registry.
///
/// The reflog line of a checkout says it too, so that whoever finishes an interrupted one knows what it was to
/// be: the line is durable before the ref moves, the lock entry is written after it.
enum PinChange: Sendable {
  /// It stays as it is.
  case keep
  /// The registry is pinned to what it has in use now.
  case pin
  /// It is pinned no more.
  case release

  /// What the reflog tells people of a checkout.
  func message(version: String) -> String {
    switch self {
    case .keep: "checkout: version \(version)"
    case .pin: "checkout: version \(version) (pinned)"
    case .release: "checkout: version \(version) (unpinned)"
    }
  }

  /// The same for programs.
  var fact: ReflogFacts.Pin? {
    switch self {
    case .keep: nil
    case .pin: .set
    case .release: .clear
    }
  }

  /// What an interrupted write was to do to the pin.
  ///
  /// Lines of versions that had no fields say nothing: the pin is kept, and nobody follows a newer version unasked.
  ///
  /// `log`: The reflog of the snapshot in use, read after the ref moved.
  ///
  /// - Throws: `RefError.malformedReflog`, `.disk`.
  init(of pending: PendingRecord, in log: Reflog) throws(RefError) {
    // A view that is written anew moves no ref and leaves no line: the last one is then about another write.
    guard pending.old != pending.new, let last = try log.find(0), last.old == pending.old,
      last.new == pending.new
    else {
      self = .keep
      return
    }
    switch last.note.facts.pin {
    case nil: self = .keep
    case .set: self = .pin
    case .clear: self = .release
    }
  }

  /// Whether the registry is pinned afterwards.
  ///
  /// `wasPinned`: Whether it was before.
  func isPinned(_ wasPinned: Bool) -> Bool {
    switch self {
    case .keep: wasPinned
    case .pin: true
    case .release: false
    }
  }
}
