import Formats
import RegistrySync

/// A moment as people read it; the text that it is made of may come from outside.
struct TimeText {
  /// The moment as it is recorded: RFC 3339.
  let text: String
  private let now: Timestamp

  init(_ text: String, now: Timestamp = .now()) {
    (self.text, self.now) = (text, now)
  }

  /// How long ago it was; the recorded text where it is no time, or where more was asked for.
  func line(isVerbose: Bool) -> SafeText {
    isVerbose ? SafeText(text) : age ?? SafeText(text)
  }

  /// Both: `2026-01-15T10:00:00Z (3 days ago)`.
  var both: SafeText {
    SafeText(text) + (age.map { " (" + $0 + ")" } ?? "")
  }

  private var age: SafeText? {
    // try?: what is no time has no age.
    guard let time = try? Timestamp(parsing: text) else { return nil }
    return Quantity.age(of: time.secondsSince1970, now: now.secondsSince1970)
  }
}
