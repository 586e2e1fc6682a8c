import Formats
import ObjectStore

/// The members of an object in the lockfile, read into checked types; both absent and null are nil.
struct LockFields {
  let object: JSONFields
  private let position: TextPosition?

  init(_ value: JSONValue, for key: String, known: [String]) throws(TextProblem) {
    object = try JSONFields(value, for: key, known: known)
    position = value.position
  }

  /// The value of a required key.
  func need<Value>(_ key: String, _ value: Value?) throws(TextProblem) -> Value {
    guard let value else { throw TextProblem(.missingKey(key), at: position) }
    return value
  }

  func oneLine(_ key: String) throws(TextProblem) -> String? {
    guard let text = try object.findString(key) else { return nil }
    guard TextProblem.Shape.oneLine.matches(text) else { throw invalid(key, text, .shape(.oneLine)) }
    return text
  }

  func hex(_ key: String) throws(TextProblem) -> String? {
    guard let text = try object.findString(key) else { return nil }
    guard TextProblem.Shape.sha256.matches(text) else { throw invalid(key, text, .shape(.sha256)) }
    return text
  }

  func id(_ key: String) throws(TextProblem) -> ObjectID? {
    guard let text = try object.findString(key) else { return nil }
    guard let id = ObjectID(hex: text) else { throw invalid(key, text, .shape(.sha256)) }
    return id
  }

  func time(_ key: String) throws(TextProblem) -> WrittenTime? {
    guard let text = try object.findString(key) else { return nil }
    do {
      return try WrittenTime(parsing: text)
    } catch {
      throw invalid(key, text, .refused(ValueProblem(error)))
    }
  }

  func version(_ key: String) throws(TextProblem) -> SemanticVersion? {
    guard let text = try object.findString(key) else { return nil }
    do {
      return try SemanticVersion(parsing: text)
    } catch {
      throw invalid(key, text, .refused(ValueProblem(error)))
    }
  }

  func word<Word: RawRepresentable<String> & CaseIterable>(
    _ key: String,
    _ type: Word.Type
  ) throws(TextProblem) -> Word? {
    guard let text = try object.findString(key) else { return nil }
    guard let word = Word(rawValue: text) else {
      throw invalid(key, text, .oneOf(Word.allCases.map(\.rawValue)))
    }
    return word
  }

  func only(_ key: String, _ expected: String) throws(TextProblem) -> String {
    let text = try object.findString(key) ?? expected
    guard text == expected else { throw invalid(key, text, .oneOf([expected])) }
    return text
  }

  func invalid(_ key: String, _ value: String, _ rule: TextProblem.ValueRule) -> TextProblem {
    TextProblem(.invalidValue(key: key, value: value, rule: rule), at: object.find(key)?.position ?? position)
  }
}
