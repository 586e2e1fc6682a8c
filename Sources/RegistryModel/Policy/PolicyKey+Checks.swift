import Formats

// Checks of single values.
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
      throw invalid(node, "\(value)", name, .between(range.lowerBound, range.upperBound))
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
      throw invalid(node, text, name, .durationBetween(range.lowerBound, range.upperBound))
    }
    return value
  }

  static func checked(
    _ node: YAMLNode,
    _ text: String,
    _ name: String,
    _ shape: TextProblem.Shape
  ) throws(TextProblem) -> String {
    guard !text.isEmpty else { throw invalid(node, text, name, .notEmpty) }
    guard shape.matches(text) else { throw invalid(node, text, name, .shape(shape)) }
    return text
  }

  static func invalid(
    _ node: YAMLNode,
    _ text: String,
    _ name: String,
    _ rule: TextProblem.ValueRule
  ) -> TextProblem {
    TextProblem(.invalidValue(key: name, value: text, rule: rule), at: node.position)
  }
}
