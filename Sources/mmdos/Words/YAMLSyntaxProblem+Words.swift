import Formats

extension YAMLSyntaxProblem {
  /// What is wrong: lower case, no full stop.
  var words: String {
    switch self {
    case .outOfMemory: "there is not enough memory to read it"
    case .controlCharacter: "control characters are not allowed"
    case .badCharacter: "no value may begin with this character"
    case .tabIndentation: "a tab stands where only spaces may indent"
    case .missingValue: "did not find a value"
    case .missingKey: "did not find a key at this indentation"
    case .missingColon: "did not find ':' after a key"
    case .missingDash: "did not find '-' at this indentation"
    case .unclosedList: "did not find ',' or ']'"
    case .unclosedMap: "did not find ',' or '}'"
    case .unclosedQuote: "the text ends inside quotes"
    case .documentMarkInQuotes: "a document begins or ends inside quotes"
    case .unexpectedColon: "a ':' stands inside a value without quotes"
    case .itemNotAllowed: "a '- ' item is not allowed here"
    case .keyNotAllowed: "a '? ' key is not allowed here"
    case .valueNotAllowed: "a 'key: value' is not allowed here, a text with ': ' needs quotes"
    case .unknownEscape: "found an unknown escape after a backslash"
    case .badHexEscape: "an escape in hexadecimal digits is no character"
    case .badBlockHeader: "the line with '|' or '>' has something else after it"
    case .badAnchor: "an anchor or alias has no name of letters and digits"
    case .badTag: "a tag is malformed"
    case .badDirective: "a '%' directive is malformed or unknown"
    case .otherVersion: "it says that it is YAML of another version than 1.1 or 1.2"
    case .missingDocumentStart: "found something after the end of the document"
    case .other: "it is not YAML"
    }
  }
}
