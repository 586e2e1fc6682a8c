extension TextProblem {
  /// What is wrong, worded to follow file and position: lower case, no full stop, safe to print.
  package var summary: String { reason.summary }
}

extension TextProblem.Reason {
  /// What is wrong: lower case, no full stop, safe to print whatever the file held.
  package var summary: String {
    switch self {
    case .tooLarge, .tooDeep, .invalidUTF8, .byteOrderMark, .unexpected, .duplicateKey: textSummary
    case .controlCharacter, .invalidEscape, .loneSurrogate, .numberOutOfRange: jsonSummary
    case .yamlSyntax, .aliasRefused, .anchorRefused, .tagRefused, .severalDocuments, .complexKey: yamlSummary
    case .cannotEdit, .needsEscape, .editNotFaithful: editSummary
    case .signedFieldRepeated(let name): "signed_fields names \(name.quotedForMessage) twice"
    case .signedFieldMissing(let name):
      "signed_fields names \(name.quotedForMessage), which is not in the manifest"
    default: fieldSummary
    }
  }

  private var textSummary: String {
    switch self {
    case .tooLarge(let bytes, let limit): "the text has \(bytes) bytes, more than \(limit)"
    case .tooDeep(let limit): "values are nested deeper than \(limit)"
    case .invalidUTF8: "the text is not valid UTF-8"
    case .byteOrderMark: "the text begins with a byte order mark"
    case .unexpected(let found, let expected): "found \(found.summary), expected \(expected.rawValue)"
    case .duplicateKey(let name): "the key \(name.quotedForMessage) appears twice"
    default: ""
    }
  }

  private var jsonSummary: String {
    switch self {
    case .controlCharacter(let scalar):
      "the control character \(TextProblem.Found.character(scalar).summary) stands unescaped in a string"
    case .invalidEscape(let found): "found \(found.summary) after a backslash, which is no escape of JSON"
    case .loneSurrogate: "an escaped surrogate lacks its other half"
    case .numberOutOfRange(let text): "the number \(text.quotedForMessage) is out of range"
    default: ""
    }
  }

  private var yamlSummary: String {
    switch self {
    case .yamlSyntax(let problem, let context):
      [context, problem].compactMap { $0?.filter { $0 != "'" } }.map {
        $0.quotedForMessage.dropFirst().dropLast()
      }
      .joined(separator: ": ")
    case .aliasRefused(let name): "the alias \(name.quotedForMessage) is refused, write the value out"
    case .anchorRefused(let name): "the anchor \(name.quotedForMessage) is refused"
    case .tagRefused(let tag): "the tag \(tag.quotedForMessage) is refused"
    case .severalDocuments: "a second document begins, only one is allowed"
    case .complexKey: "a key is a list or a map, only text is allowed"
    default: ""
    }
  }

  private var fieldSummary: String {
    switch self {
    case .unknownKey(let name, let nearest):
      "unknown key \(name.quotedForMessage)"
        + (nearest.map { ", did you mean \($0.quotedForMessage)?" } ?? "")
    case .missingKey(let name): "the key \(name.quotedForMessage) is missing"
    case .wrongType(let key, let expected, let found):
      (key.isEmpty ? "the document" : key.quotedForMessage)
        + " must be \(expected.rawValue), found \(found.rawValue)"
    case .invalidValue(let key, let value, let rule):
      "\(key.quotedForMessage) is \(value.quotedForMessage): \(rule.summary)"
    case .unsupportedValue(let key, let value, let why):
      "\(key.quotedForMessage) is \(value.quotedForMessage), which is not supported: \(why.summary)"
    case .alreadyUsed(let key, let value):
      "the \(key) \(value.quotedForMessage) is already used"
    case .noSuchEntry(let name): "there is no entry \(name.quotedForMessage)"
    default: ""
    }
  }

  private var editSummary: String {
    switch self {
    case .cannotEdit(let key, let obstacle):
      (key.isEmpty ? "the file" : key.quotedForMessage) + " cannot be edited safely: \(obstacle.summary)"
    case .needsEscape(let key, let value):
      "the value \(value.quotedForMessage) of \(key.quotedForMessage) cannot be written without an escape"
    case .editNotFaithful: "the edit would change more of the file than was asked for"
    default: ""
    }
  }
}

extension TextProblem.Found {
  /// The character in quotes, or as its code where it cannot be printed.
  package var summary: String {
    switch self {
    case .endOfText: "the end of the text"
    case .character("'"): "\"'\""
    case .character(let scalar): String(scalar).quotedForMessage
    }
  }
}

extension TextProblem.ValueRule {
  /// The rule, worded to follow the name of the value.
  package var summary: String {
    switch self {
    case .oneOf(let words): "must be one of \(words.map(\.quotedForMessage).joined(separator: ", "))"
    case .between(let low, let high): "must be from \(low) to \(high)"
    case .durationBetween(let low, let high):
      "must be from \(DurationText.text(of: low)) to \(DurationText.text(of: high))"
    case .notEmpty: "must not be empty"
    case .shape(let shape): "must be \(shape.rawValue)"
    case .distinct: "must not be named twice"
    case .conflicts(let key, let value): "does not go with \(key.quotedForMessage) \(value.quotedForMessage)"
    case .refused(let because): because
    }
  }
}

extension TextProblem.Unsupported {
  /// Why the value is not supported.
  package var summary: String {
    switch self {
    case .syncWithoutApproval: "remote work always needs --approved"
    case .withoutChecksum: "nothing unproven is stored"
    case .gitSource: "a source is a web folder or a local folder, not a git repository"
    }
  }
}

extension TextProblem.EditObstacle {
  /// Why the file cannot be edited.
  package var summary: String {
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
