/// Why a text is not YAML.
///
/// libyaml tells only a text in English, so the cases are told apart by that text (`scanner.c`, `parser.c` and `reader.c`
/// of libyaml 0.1 and 0.2), which itself goes no further.
package enum YAMLSyntaxProblem: Hashable, Sendable, CaseIterable {
  case outOfMemory
  /// A control character that YAML does not allow anywhere.
  case controlCharacter
  /// A character such as `@` where a value begins.
  case badCharacter
  /// A tab in the indentation.
  case tabIndentation
  case missingValue
  /// A line of a block map that is no key: wrong indentation, or a list item.
  case missingKey
  case missingColon
  /// A line of a block list that does not begin with `-`.
  case missingDash
  case unclosedList
  case unclosedMap
  case unclosedQuote
  /// `---` or `...` at the start of a line of a quoted text.
  case documentMarkInQuotes
  /// A colon inside a plain value of a flow list or map.
  case unexpectedColon
  case itemNotAllowed
  /// A `? ` key.
  case keyNotAllowed
  case valueNotAllowed
  case unknownEscape
  /// An escape with wrong digits, or of a code that is no character.
  case badHexEscape
  /// Something other than an indentation indicator and a comment after `|` or `>`.
  case badBlockHeader
  case badAnchor
  case badTag
  case badDirective
  /// A `%YAML` directive of a version other than 1.1 and 1.2.
  case otherVersion
  /// Text after the end of the document.
  case missingDocumentStart
  /// A text that no known libyaml has, or one that valid UTF-8 cannot cause.
  case other

  /// Sorts an error by libyaml's text; nil is what it leaves where it had no memory.
  init(libraryText: String?) {
    guard let libraryText else {
      self = .outOfMemory
      return
    }
    self = Self.texts[libraryText] ?? .other
  }

  private static let texts: [String: Self] = [
    "control characters are not allowed": .controlCharacter,
    "found character that cannot start any token": .badCharacter,
    "found a tab character that violates indentation": .tabIndentation,
    "found a tab character where an indentation space is expected": .tabIndentation,
    "did not find expected node content": .missingValue,
    "did not find expected key": .missingKey,
    "could not find expected ':'": .missingColon,
    "did not find expected '-' indicator": .missingDash,
    "did not find expected ',' or ']'": .unclosedList,
    "did not find expected ',' or '}'": .unclosedMap,
    "found unexpected end of stream": .unclosedQuote,
    "found unexpected document indicator": .documentMarkInQuotes,
    "found unexpected ':'": .unexpectedColon,
    "block sequence entries are not allowed in this context": .itemNotAllowed,
    "mapping keys are not allowed in this context": .keyNotAllowed,
    "mapping values are not allowed in this context": .valueNotAllowed,
    "found unknown escape character": .unknownEscape,
    "did not find expected hexdecimal number": .badHexEscape,
    "found invalid Unicode character escape code": .badHexEscape,
    "found an indentation indicator equal to 0": .badBlockHeader,
    "did not find expected comment or line break": .badBlockHeader,
    "did not find expected alphabetic or numeric character": .badAnchor,
    "did not find expected '!'": .badTag,
    "did not find expected tag URI": .badTag,
    "did not find the expected '>'": .badTag,
    "did not find URI escaped octet": .badTag,
    "did not find expected whitespace or line break": .badTag,
    "found an incorrect leading UTF-8 octet": .badTag,
    "found an incorrect trailing UTF-8 octet": .badTag,
    "found undefined tag handle": .badTag,
    "could not find expected directive name": .badDirective,
    "did not find expected digit or '.' character": .badDirective,
    "did not find expected version number": .badDirective,
    "did not find expected whitespace": .badDirective,
    "found duplicate %TAG directive": .badDirective,
    "found duplicate %YAML directive": .badDirective,
    "found extremely long version number": .badDirective,
    "found unexpected non-alphabetical character": .badDirective,
    "found unknown directive name": .badDirective,
    "found incompatible YAML document": .otherVersion,
    "did not find expected <document start>": .missingDocumentStart,
  ]
}
