/// Values as mmdos writes them into YAML (INTEROP "YAML that mmdos writes").
///
/// The Node tool reads line by line and knows no escapes, so a value that would need an escape is refused.
package enum YAMLText {
  /// A value that a writer may set.
  package enum Value: Sendable, Equatable {
    case string(String)
    case boolean(Bool)
    case integer(Int64)
    /// A list on one line, in brackets.
    case strings([String])
  }

  /// The text after `key: `; strings always in double quotes.
  ///
  /// - Throws: `needsEscape` for a quote, a backslash, a control or invisible character, and for a comma or bracket
  ///   in an item of a list, where the Node tool would split the item.
  package static func text(of value: Value, for key: String) throws(TextProblem) -> String {
    switch value {
    case .boolean(let value): return value ? "true" : "false"
    case .integer(let value): return "\(value)"
    case .string(let text): return try quoted(text, for: key, refusing: [])
    case .strings(let items):
      var texts: [String] = []
      for item in items { texts.append(try quoted(item, for: key, refusing: [",", "[", "]"])) }
      return "[" + texts.joined(separator: ", ") + "]"
    }
  }

  /// `key: value` on one line.
  package static func line(_ key: String, _ value: Value) throws(TextProblem) -> String {
    let isPlain = key.utf8.allSatisfy { ASCII.isLetterOrDigit($0) || $0 == UInt8(ascii: "_") }
    guard isPlain, !key.isEmpty else { throw TextProblem(.needsEscape(key: key, value: key), at: nil) }
    return "\(key): \(try text(of: value, for: key))"
  }

  /// The node that the written value must parse to.
  static func node(of value: Value) -> YAMLNode {
    switch value {
    case .boolean(let value): YAMLNode(.scalar(value ? "true" : "false"), style: .plain)
    case .integer(let value): YAMLNode(.scalar("\(value)"), style: .plain)
    case .string(let text): YAMLNode(.scalar(text), style: .quoted)
    case .strings(let items):
      YAMLNode(.sequence(items.map { YAMLNode(.scalar($0), style: .quoted) }), style: .flow)
    }
  }

  private static func quoted(
    _ text: String,
    for key: String,
    refusing extra: Set<Unicode.Scalar>
  ) throws(TextProblem) -> String {
    let needsEscape = text.unicodeScalars.contains {
      $0 == "\"" || $0 == "\\" || extra.contains($0) || UnicodeRules.refusal(of: $0) != nil
    }
    if needsEscape { throw TextProblem(.needsEscape(key: key, value: text), at: nil) }
    return "\"\(text)\""
  }
}
