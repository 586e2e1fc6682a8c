/// Who changed a ref, when and why: what a reflog line says besides the two values.
package struct ReflogNote: Equatable, Sendable {
  /// The version of mmdos that made the change.
  package let agentVersion: String

  /// The time of the change, in seconds since 1970, UTC.
  package let seconds: Int64

  /// One line of text, without control characters: for people, nothing is read from it.
  package let message: String

  /// What programs read.
  package let facts: ReflogFacts

  /// Checks what goes into a line.
  ///
  /// - Parameters:
  ///   - agentVersion: Letters, digits, `.`, `-` and `+`; at least one.
  ///   - seconds: Seconds since 1970, not negative.
  ///   - message: At least one character; no control character, no line or paragraph separator.
  ///   - facts: Its overrides are lower-case letters and hyphens.
  /// - Throws: `RefError.malformedAgent`, `.malformedTime`, `.malformedMessage`.
  package init(
    agentVersion: String,
    seconds: Int64,
    message: String,
    facts: ReflogFacts = ReflogFacts()
  ) throws(RefError) {
    guard !agentVersion.isEmpty, agentVersion.utf8.allSatisfy(isVersionByte) else {
      throw .malformedAgent(agentVersion)
    }
    guard seconds >= 0 else { throw .malformedTime(seconds) }
    guard !message.isEmpty, message.unicodeScalars.allSatisfy(Self.isPrinting) else {
      throw .malformedMessage(message)
    }
    if let bad = facts.overrides.first(where: { !ReflogFacts.isName($0) }) { throw .malformedMessage(bad) }
    self.agentVersion = agentVersion
    self.seconds = seconds
    self.message = message
    self.facts = facts
  }

  private static func isPrinting(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .lineSeparator, .paragraphSeparator: false
    default: true
    }
  }
}
