/// What a program reads from a reflog line; the message is for people, and nothing is read from it.
package struct ReflogFacts: Equatable, Sendable {
  /// What a change does to the pin.
  package enum Pin: String, Sendable {
    case set, clear
  }

  /// What the change did to the registry's pin; nil when it left it alone.
  package var pin: Pin?

  /// The number of that change among all of the pin that this machine made; nil in lines of older versions.
  package var turn: Int?

  /// The names of the refusals that the user set aside, such as `accept-unsigned`.
  package var overrides: [String]

  /// Whether this machine wrote the new snapshot and all that it follows.
  ///
  /// Otherwise the line's voucher is about the snapshot's manifest and tree alone: parents and other words of its
  /// payload may be anybody's.
  package var isHistoryOwn: Bool

  package init(
    pin: Pin? = nil,
    turn: Int? = nil,
    overrides: [String] = [],
    isHistoryOwn: Bool = false
  ) {
    self.pin = pin
    self.turn = turn
    self.overrides = overrides
    self.isHistoryOwn = isHistoryOwn
  }

  /// The facts as they stand in a line, in their order.
  var fields: [String] {
    (pin.map { ["pin=\($0.rawValue)"] } ?? []) + (turn.map { ["turn=\($0)"] } ?? [])
      + overrides.map { "override=\($0)" } + (isHistoryOwn ? ["history=own"] : [])
  }

  /// Reads the fields that `fields` makes, in any order; nil for any other.
  init?(fields: some Sequence<Substring>) {
    self.init()
    for field in fields {
      // By bytes: an equals sign and a mark that combines with it are one Character.
      guard let sign = field.utf8.firstIndex(of: UInt8(ascii: "=")) else { return nil }
      let value = String(field[field.utf8.index(after: sign)...])
      switch String(field[..<sign]) {
      case "pin":
        guard let known = Pin(rawValue: value) else { return nil }
        pin = known
      case "turn":
        // The line is compared with what would be written, so one number has one form.
        guard let number = Int(value), number > 0 else { return nil }
        turn = number
      case "override":
        guard Self.isName(value) else { return nil }
        overrides.append(value)
      case "history":
        guard value == "own" else { return nil }
        isHistoryOwn = true
      default: return nil
      }
    }
  }

  /// Whether a text can stand as the name of an override: lower-case letters and hyphens.
  static func isName(_ text: String) -> Bool {
    !text.isEmpty
      && text.utf8.allSatisfy {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) || $0 == UInt8(ascii: "-")
      }
  }
}
