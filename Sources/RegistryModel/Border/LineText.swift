import Formats

/// Why a text for display is refused.
package enum LineProblem: Error, Hashable, Sendable {
  /// The text is empty where one is required.
  case empty
  /// The text is longer than the limit; both in UTF-8 bytes.
  case tooLong(bytes: Int, limit: Int)
  /// A control character, line break or direction-changing character.
  case forbiddenCharacter(Unicode.Scalar)
}

/// Rules for names and descriptions that come from outside and are displayed.
package enum LineText {
  /// Requires one line of text that is not empty.
  package static func checkName(_ text: String) throws(LineProblem) {
    if text.isEmpty { throw .empty }
    try check(text, maxBytes: Limits.maxNameBytes, allowed: [])
  }

  /// Requires text without control characters other than line breaks and tabs.
  static func checkDescription(_ text: String) throws(LineProblem) {
    try check(text, maxBytes: Limits.maxDescriptionBytes, allowed: ["\n", "\r", "\t"])
  }

  private static func check(
    _ text: String,
    maxBytes: Int,
    allowed: [Unicode.Scalar]
  ) throws(LineProblem) {
    let count = text.utf8.count
    guard count <= maxBytes else { throw .tooLong(bytes: count, limit: maxBytes) }
    for scalar in text.unicodeScalars {
      let refusal = UnicodeRules.refusal(of: scalar)
      // Invisible characters are legitimate in names (Persian, emoji), so they are only escaped when printed.
      guard refusal == .control || refusal == .bidirectional, !allowed.contains(scalar) else { continue }
      throw .forbiddenCharacter(scalar)
    }
  }
}
