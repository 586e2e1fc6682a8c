import Formats

// Constructors for the kinds of keys that the table is made of.
extension PolicyKey {
  static func isOff(_ node: YAMLNode) -> Bool {
    if case .scalar("off") = node.content { true } else { false }
  }

  static func integer(
    _ node: YAMLNode,
    _ name: String,
    _ range: ClosedRange<Int64>
  ) throws(TextProblem) -> Int64 {
    let value = try node.integer(for: name)
    guard range.contains(value) else {
      let rule = TextProblem.ValueRule.between(range.lowerBound, range.upperBound)
      throw TextProblem(.invalidValue(key: name, value: "\(value)", rule: rule), at: node.position)
    }
    return value
  }

  static func time(
    _ node: YAMLNode,
    _ name: String,
    _ range: ClosedRange<Duration>
  ) throws(TextProblem) -> Duration {
    guard case .scalar(let text) = node.content, let value = DurationText.parse(text) else {
      throw node.wrongType(.duration, name)
    }
    guard range.contains(value) else {
      let rule = TextProblem.ValueRule.durationBetween(range.lowerBound, range.upperBound)
      throw TextProblem(.invalidValue(key: name, value: text, rule: rule), at: node.position)
    }
    return value
  }

  static func checked(
    _ node: YAMLNode,
    _ text: String,
    _ name: String,
    _ shape: TextProblem.Shape
  ) throws(TextProblem) -> String {
    guard !text.isEmpty else {
      throw TextProblem(.invalidValue(key: name, value: text, rule: .notEmpty), at: node.position)
    }
    guard shape.matches(text) else {
      throw TextProblem(.invalidValue(key: name, value: text, rule: .shape(shape)), at: node.position)
    }
    return text
  }
}
