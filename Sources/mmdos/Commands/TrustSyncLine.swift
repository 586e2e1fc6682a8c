import Formats
import RegistryModel
import RegistrySync

/// The result for one key in `registry trust sync`.
struct TrustSyncLine {
  private let item: TrustSyncPlan.Item
  private let state: String
  private let style: Style
  /// Whether the user accepted a key other than the one that is served.
  var isUnmet: Bool { item.isUnmet }
  /// The exit code for this key.
  let code: Int32
  /// The value of `--accept` for the new key; nil where there is none to accept.
  let accept: String?
  private let hint: String?

  /// The text for one key; `isSound` is that of the whole plan.
  init(_ item: TrustSyncPlan.Item, isSound: Bool) {
    self.item = item
    let keyID = item.outcome.key.keyID
    var (accept, hint): (String?, String?) = (nil, nil)
    switch item.outcome.state {
    case .changed where item.isUnmet:
      (state, style, code) = ("changed, and not to the accepted key", .bad, ExitCodes.integrity)
      hint = askPublisher
    case .changed where item.isAccepted && isSound:
      (state, style, code) = ("replaced", .warning, ExitCodes.done)
    case .changed(let new):
      (state, style, code) = ("changed", .bad, ExitCodes.approvalNeeded)
      // If the server may be compromised, no command to accept its keys is suggested.
      if isSound { accept = "\(keyID):\(new.fingerprint)" }
    case .withdrawn(let status):
      (state, style) = ("\(status.rawValue) by its publisher", .bad)
      code = item.isUnmet ? ExitCodes.integrity : ExitCodes.approvalNeeded
      hint = "mmdos registry trust revoke \(keyID) --approved"
    case .failed(let error):
      let failure = Failure(error)
      (state, style, code) = ("failed: \(failure.message)", .bad, failure.code)
      hint = failure.hint
    case .unchanged, .notActive, .noAddress:
      (state, style) = Self.words(item.outcome)
      code = item.isUnmet ? ExitCodes.integrity : ExitCodes.done
      if item.isUnmet { hint = "the accepted key is not served; " + askPublisher }
    }
    (self.accept, self.hint) = (accept, hint)
  }

  /// The text for a key without a new version.
  private static func words(_ outcome: TrustSync.Outcome) -> (String, Style) {
    switch outcome.state {
    case .notActive: ("not asked: \(outcome.key.status.rawValue)", .faint)
    case .noAddress: ("not asked: no address", .faint)
    default: ("unchanged", .good)
    }
  }

  private var new: KeyFingerprint? {
    if case .changed(let key) = item.outcome.state { key.fingerprint } else { nil }
  }

  func print(to console: Console) {
    console.print("\(item.outcome.key.keyID)  \(state, style)")
    if let new {
      console.print("  old  \(item.outcome.key.fingerprint, .id)")
      console.print("  new  \(new, .id)")
    } else {
      console.print("  fingerprint  \(item.outcome.key.fingerprint, .id)")
    }
    if let hint { console.print("  hint  \(hint)") }
  }

  var json: JSONValue {
    .object([
      ("key_id", .string(item.outcome.key.keyID)), ("url", .string(orNull: item.outcome.url)),
      ("state", .string(state)),
      ("fingerprint", .string(item.outcome.key.fingerprint.description)),
      ("new_fingerprint", .string(orNull: new?.description)),
      ("accepted", item.isAccepted ? .boolean(!item.isUnmet) : .null),
      ("hint", .string(orNull: hint)),
    ])
  }
}
