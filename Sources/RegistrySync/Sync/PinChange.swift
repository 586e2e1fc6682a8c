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

  /// What the reflog says of a checkout.
  func message(version: String) -> String {
    switch self {
    case .keep: "checkout: version \(version)"
    case .pin: "checkout: version \(version)\(Self.pinned)"
    case .release: "checkout: version \(version)\(Self.unpinned)"
    }
  }

  /// Reads what `message` wrote; any other line keeps the pin.
  private init(message: String) {
    // A version has no spaces, so these ends cannot be a part of one.
    guard message.hasPrefix("checkout: ") else {
      self = .keep
      return
    }
    self = message.hasSuffix(Self.pinned) ? .pin : message.hasSuffix(Self.unpinned) ? .release : .keep
  }

  private static let pinned = " (pinned)"
  private static let unpinned = " (unpinned)"

  /// What an interrupted write was to do to the pin.
  ///
  /// `log`: The reflog of the snapshot in use, read after the ref moved.
  init(of pending: PendingRecord, in log: Reflog) {
    // A view that is written anew moves no ref and leaves no line: the last one is then about another write.
    guard pending.old != pending.new, let last = log.entries.first, last.old == pending.old,
      last.new == pending.new
    else {
      self = .keep
      return
    }
    self.init(message: last.note.message)
  }

  /// Whether the registry is pinned afterwards.
  func isPinned(after old: LockEntry?) -> Bool {
    switch self {
    case .keep: old?.isPinned ?? false
    case .pin: true
    case .release: false
    }
  }
}
