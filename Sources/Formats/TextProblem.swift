// Formats: bytes in, values out.
//
// It reads and writes JSON, YAML, versions, times, base64 and escapes, and compares texts line by line. It opens
// no file and no socket and reads no clock, and nothing that does may enter it; nor may the meaning of a key: what
// a policy or a manifest is stands in RegistryModel. Throws `TextProblem` and the problems of single values.

/// Why a text file is refused, and where in it.
///
/// Thrown by every reader and editor of JSON and YAML. It does not know the file's name; whoever opened the file adds
/// that. Strings in the cases are as they came from outside; who prints them escapes them.
package struct TextProblem: Error, Equatable, Sendable {
  /// The position, or nil where the file as a whole is meant.
  package let position: TextPosition?
  package let reason: Reason

  package init(_ reason: Reason, at position: TextPosition?) {
    self.position = position
    self.reason = reason
  }
}

extension TextProblem {
  /// What is wrong.
  package enum Reason: Equatable, Sendable {
    // MARK: Any text

    /// The text is larger than the limit; both in bytes.
    case tooLarge(bytes: Int, limit: Int)
    /// Lists and objects are nested deeper than the limit.
    case tooDeep(limit: Int)
    /// The bytes are not valid UTF-8.
    case invalidUTF8
    /// The text begins with a byte order mark.
    case byteOrderMark
    /// A token other than the expected one.
    case unexpected(found: Found, expected: Expected)
    /// An object or map has the same key twice.
    case duplicateKey(String)

    // MARK: JSON

    /// A control character inside a string, which must be escaped there.
    case controlCharacter(Unicode.Scalar)
    /// An escape that JSON does not have.
    case invalidEscape(Found)
    /// An escaped UTF-16 surrogate without its other half.
    case loneSurrogate
    /// A number that a double cannot hold.
    case numberOutOfRange(String)

    // MARK: YAML

    /// The text is not YAML.
    case yamlSyntax(YAMLSyntaxProblem)
    /// An alias (`*name`).
    case aliasRefused(String)
    /// An anchor (`&name`).
    case anchorRefused(String)
    /// A tag (`!name`), or a `%TAG` directive.
    case tagRefused(String)
    /// A second document in one file.
    case severalDocuments
    /// A key that is itself a list or a map.
    case complexKey

    // MARK: Keys and values

    /// A key that is not known here, with the known key that is most similar to it.
    case unknownKey(String, nearest: String?)
    /// A required key is absent.
    case missingKey(String)
    /// A value of a type that the key does not allow; an empty key means the whole document.
    case wrongType(key: String, expected: ValueType, found: ValueType)
    /// A value of the right type that violates the key's rule.
    case invalidValue(key: String, value: String, rule: ValueRule)
    /// As `invalidValue`, for a value that may be or contain a secret.
    case hiddenValue(key: String, rule: ValueRule)
    /// A value that the Node tool accepts and mmdos does not support.
    case unsupportedValue(key: String, value: String, why: Unsupported)
    /// A value that another entry of the list already has; registry names compare ignoring case.
    case alreadyUsed(key: String, value: String)
    /// The list has no such entry.
    case noSuchEntry(String)

    // MARK: Editing

    /// The file's layout does not allow this edit without changing other text.
    case cannotEdit(key: String, obstacle: EditObstacle)
    /// A value that would need an escape in YAML.
    case needsEscape(key: String, value: String)
    /// The edited text would not read back as the old document plus the change.
    case editNotFaithful

    // MARK: Canonical payload

    /// `signed_fields` names a field twice.
    case signedFieldRepeated(String)
    /// `signed_fields` names a field that is absent.
    case signedFieldMissing(String)
  }

  /// What was found at a position.
  package enum Found: Hashable, Sendable {
    /// The end of the text.
    case endOfText
    case character(Unicode.Scalar)
  }

  /// What was expected at a position.
  package enum Expected: Hashable, Sendable {
    case value
    case memberName
    case memberNameOrBrace
    case valueOrBracket
    case colon
    case commaOrBrace
    case commaOrBracket
    case digit
    case hexDigit
    case closingQuote
    case endOfText
  }

  /// The types of values, for JSON and YAML alike.
  package enum ValueType: Hashable, Sendable {
    case null
    case boolean
    case integer
    case number
    case string
    case list
    case map
    case duration
  }
}

extension TextProblem {
  /// The rule that a value violates.
  package enum ValueRule: Equatable, Sendable {
    /// One of these words.
    case oneOf([String])
    /// A whole number from the first to the second, both included.
    case between(Int64, Int64)
    /// A duration from the first to the second, both included.
    case durationBetween(Duration, Duration)
    /// At least one character, or one item.
    case notEmpty
    /// A text of the given shape.
    case shape(Shape)
    /// A list without duplicate items.
    case distinct
    /// The value may not be combined with the value of another key.
    case conflicts(withKey: String, value: String)
    /// The value was refused by a type that checks it, with that error.
    case refused(ValueProblem)
  }

  /// Shapes of text that have no type of their own.
  package enum Shape: Hashable, Sendable {
    case fileExtension
    case relativePath
    case keyID
    case sha256
    case oneLine
    /// A path of the machine; only the user's own home may be written as `~`.
    case machinePath
    case wholeNumber
  }

  /// What mmdos does not support.
  package enum Unsupported: Hashable, Sendable {
    /// Work on the network always needs approval (DESIGN section 1, rule 2).
    case syncWithoutApproval
    /// Files without a checksum are not stored (DESIGN section 4).
    case withoutChecksum
    /// A source that is a git repository.
    case gitSource
  }

  /// Why a file cannot be edited.
  package enum EditObstacle: Hashable, Sendable {
    /// The document is not a map in block style.
    case rootNotBlockMap
    /// The list is not written one item per `-` line.
    case listNotBlock
    /// The item is not a map in block style.
    case itemNotBlockMap
    /// The item does not begin with a `-` on a line of its own.
    case itemNotOnOwnLines
    /// The value spans several lines.
    case valueOverSeveralLines
    /// The file has line breaks other than LF and CRLF.
    case unusualLineBreaks
  }
}
