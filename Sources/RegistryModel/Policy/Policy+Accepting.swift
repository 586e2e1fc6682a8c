package import Audit
package import Formats

extension Policy {
  /// The policy file's text with exceptions of the content audit added to `audit_allow`; the rest is unchanged.
  ///
  /// `bytes`: The file's content; nil where there is none.
  ///
  /// - Throws: `TextProblem`: the file does not parse, or cannot be edited line by line.
  package static func accept(
    _ exceptions: [AuditException],
    in bytes: [UInt8]?
  ) throws(TextProblem) -> [UInt8] {
    var expected = try parse(bytes ?? [])
    var edit = YAMLEdit(bytes ?? [])
    for exception in exceptions where expected.auditAllow.insert(exception).inserted {
      try edit.appendText(exception.description, toList: "audit_allow")
    }
    var new = try parse(edit.bytes)
    // Warnings have positions, which may move.
    (expected.warnings, new.warnings) = ([], [])
    guard new == expected else { throw TextProblem(.editNotFaithful, at: nil) }
    return edit.bytes
  }
}
