import Formats

extension TextProblem {
  /// What is wrong, worded to follow file and position: lower case, no full stop, safe to print.
  var words: String { reason.words }
}

extension TextProblem.Reason {
  /// What is wrong: lower case, no full stop, safe to print whatever the file held.
  var words: String {
    switch self {
    case .tooLarge(let bytes, let limit): "the text has \(bytes) bytes, more than \(limit)"
    case .tooDeep(let limit): "values are nested deeper than \(limit)"
    case .invalidUTF8: "the text is not valid UTF-8"
    case .byteOrderMark: "the text begins with a byte order mark"
    case .unexpected(let found, let expected): "found \(found.words), expected \(expected.words)"
    case .duplicateKey(let name): "the key \(name.quotedForMessage) appears twice"
    case .controlCharacter(let scalar):
      "the control character \(TextProblem.Found.character(scalar).words) stands unescaped in a string"
    case .invalidEscape(let found): "found \(found.words) after a backslash, which is no escape of JSON"
    case .loneSurrogate: "an escaped surrogate lacks its other half"
    case .numberOutOfRange(let text): "the number \(text.quotedForMessage) is out of range"
    case .yamlSyntax(let problem): problem.words
    case .aliasRefused(let name): "the alias \(name.quotedForMessage) is refused, write the value out"
    case .anchorRefused(let name): "the anchor \(name.quotedForMessage) is refused"
    case .tagRefused(let tag): "the tag \(tag.quotedForMessage) is refused"
    case .severalDocuments: "a second document begins, only one is allowed"
    case .complexKey: "a key is a list or a map, only text is allowed"
    case .unknownKey(let name, let nearest):
      "unknown key \(name.quotedForMessage)"
        + (nearest.map { ", did you mean \($0.quotedForMessage)?" } ?? "")
    case .missingKey(let name): "the key \(name.quotedForMessage) is missing"
    case .wrongType(let key, let expected, let found):
      (key.isEmpty ? "the document" : key.quotedForMessage)
        + " must be \(expected.words), found \(found.words)"
    case .invalidValue(let key, let value, let rule):
      "\(key.quotedForMessage) is \(value.quotedForMessage): \(rule.words)"
    case .hiddenValue(let key, let rule): "the value of \(key.quotedForMessage) is refused: \(rule.words)"
    case .unsupportedValue(let key, let value, let why):
      "\(key.quotedForMessage) is \(value.quotedForMessage), which is not supported: \(why.words)"
    case .alreadyUsed(let key, let value): "the \(key) \(value.quotedForMessage) is already used"
    case .noSuchEntry(let name): "there is no entry \(name.quotedForMessage)"
    case .cannotEdit(let key, let obstacle):
      (key.isEmpty ? "the file" : key.quotedForMessage) + " cannot be edited safely: \(obstacle.words)"
    case .needsEscape(let key, let value):
      "the value \(value.quotedForMessage) of \(key.quotedForMessage) cannot be written without an escape"
    case .editNotFaithful: "the edit would change more of the file than was asked for"
    case .signedFieldRepeated(let name): "signed_fields names \(name.quotedForMessage) twice"
    case .signedFieldMissing(let name):
      "signed_fields names \(name.quotedForMessage), which is not in the manifest"
    }
  }
}

extension TextProblem.Found {
  /// The character in quotes, or as its code where it cannot be printed.
  fileprivate var words: String {
    switch self {
    case .endOfText: "the end of the text"
    case .character("'"): "\"'\""
    case .character(let scalar): String(scalar).quotedForMessage
    }
  }
}

extension TextProblem.Expected {
  fileprivate var words: String {
    switch self {
    case .value: "a value"
    case .memberName: "a member name in double quotes"
    case .memberNameOrBrace: "a member name in double quotes or '}'"
    case .valueOrBracket: "a value or ']'"
    case .colon: "':'"
    case .commaOrBrace: "',' or '}'"
    case .commaOrBracket: "',' or ']'"
    case .digit: "a digit"
    case .hexDigit: "four hexadecimal digits"
    case .closingQuote: "'\"'"
    case .endOfText: "the end of the text"
    }
  }
}

extension TextProblem.ValueType {
  fileprivate var words: String {
    switch self {
    case .null: "nothing"
    case .boolean: "a boolean (true or false)"
    case .integer: "a whole number"
    case .number: "a number"
    case .string: "a string"
    case .list: "a list"
    case .map: "a map"
    case .duration: "a duration such as 10s, 5m, 12h or 3d"
    }
  }
}

extension TextProblem.Unsupported {
  fileprivate var words: String {
    switch self {
    case .syncWithoutApproval: "remote work always needs --approved"
    case .withoutChecksum: "nothing unproven is stored"
    case .gitSource: "a source is a web folder or a local folder, not a git repository"
    }
  }
}

extension TextProblem.EditObstacle {
  fileprivate var words: String {
    switch self {
    case .rootNotBlockMap: "it is not written as 'key: value' lines"
    case .listNotBlock: "the list is not written as '- ' lines"
    case .itemNotBlockMap: "the item is not written as 'key: value' lines"
    case .itemNotOnOwnLines: "the item does not begin with '- ' on a line of its own"
    case .valueOverSeveralLines: "the value goes over several lines"
    case .unusualLineBreaks: "it has line breaks other than LF and CRLF"
    }
  }
}
