package import Formats

/// Why a field of a catalog or plugin manifest is refused.
package enum FieldProblem: Error, Equatable, Sendable {
  /// The text is not in the safe subset of YAML, lacks a key, or has a value of the wrong type.
  case text(TextProblem)
  /// A text is empty, too long or has control characters.
  case badText(field: String, LineProblem, at: TextPosition)

  /// The position in the text, if known.
  package var position: TextPosition? {
    switch self {
    case .text(let problem): problem.position
    case .badText(_, _, let position): position
    }
  }
}

/// The fields of one YAML map, read with the rules of `LineText`.
///
/// An optional key without a value (`tags:`) counts as absent, as it does for the Node tool.
struct CheckedFields {
  let fields: YAMLFields

  init(_ node: YAMLNode, for key: String = "") throws(FieldProblem) {
    do {
      fields = try YAMLFields(node, for: key, known: nil)
    } catch {
      throw .text(error)
    }
  }

  static func parse(_ bytes: [UInt8]) throws(FieldProblem) -> CheckedFields {
    let root: YAMLNode
    do {
      root = try SafeYAML.parse(bytes)
    } catch {
      throw .text(error)
    }
    return try CheckedFields(root)
  }

  func find(_ key: String) -> YAMLNode? {
    fields.find(key).flatMap { $0.isNull ? nil : $0 }
  }

  func read(_ key: String) throws(FieldProblem) -> YAMLNode {
    do {
      return try fields.read(key)
    } catch {
      throw .text(error)
    }
  }

  /// A required text of one line.
  func readName(_ key: String) throws(FieldProblem) -> String {
    try Self.name(try read(key), key)
  }

  /// A required text of any number of lines, which may be empty.
  func readDescription(_ key: String) throws(FieldProblem) -> String {
    try Self.description(try read(key), key)
  }

  func findName(_ key: String) throws(FieldProblem) -> String? {
    guard let node = find(key) else { return nil }
    return try Self.name(node, key)
  }

  func findDescription(_ key: String) throws(FieldProblem) -> String? {
    guard let node = find(key) else { return nil }
    return try Self.description(node, key)
  }

  /// A list of one-line texts; empty where it is absent.
  func findNames(_ key: String) throws(FieldProblem) -> [String] {
    guard let node = find(key) else { return [] }
    var names: [String] = []
    for item in try Self.items(node, key) { names.append(try Self.name(item, key)) }
    return names
  }

  /// A text or a list of texts of any number of lines; empty where it is absent.
  func findDescriptions(_ key: String) throws(FieldProblem) -> [String] {
    guard let node = find(key) else { return [] }
    guard case .sequence(let items) = node.content else { return [try Self.description(node, key)] }
    var descriptions: [String] = []
    for item in items { descriptions.append(try Self.description(item, key)) }
    return descriptions
  }

  static func items(_ node: YAMLNode, _ key: String) throws(FieldProblem) -> [YAMLNode] {
    do {
      return try node.items(for: key)
    } catch {
      throw .text(error)
    }
  }

  static func string(_ node: YAMLNode, _ key: String) throws(FieldProblem) -> String {
    do {
      return try node.string(for: key)
    } catch {
      throw .text(error)
    }
  }

  static func name(_ node: YAMLNode, _ key: String) throws(FieldProblem) -> String {
    let text = try string(node, key)
    do {
      try LineText.checkName(text)
    } catch {
      throw .badText(field: key, error, at: node.position)
    }
    return text
  }

  static func description(_ node: YAMLNode, _ key: String) throws(FieldProblem) -> String {
    let text = try string(node, key)
    do {
      try LineText.checkDescription(text)
    } catch {
      throw .badText(field: key, error, at: node.position)
    }
    return text
  }
}
