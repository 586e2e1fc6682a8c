import Formats

/// Why a manifest path, or a set of them, is refused (DESIGN section 5, "Manifest paths").
///
/// Strings in the cases are as they came from outside; `summary` escapes them.
package enum PathProblem: Error, Hashable, Sendable {
  /// The path has no characters.
  case empty
  /// The path is longer than the limit; both in UTF-8 bytes.
  case tooLong(bytes: Int, limit: Int)
  /// A component is longer than the limit; both in UTF-8 bytes.
  case componentTooLong(bytes: Int, limit: Int)
  /// The path has more components than the limit.
  case tooDeep(components: Int, limit: Int)
  /// The path begins with `/`.
  case absolute
  /// Two slashes are adjacent, or the path ends with one.
  case emptyComponent
  /// A component is `.` or `..`.
  case dotComponent(String)
  /// A character with a special meaning for some file system or shell: ``\ : * ? " < > |``.
  case forbiddenCharacter(Unicode.Scalar)
  /// A control character, line separator or noncharacter.
  case controlCharacter(Unicode.Scalar)
  /// A character that changes the direction of the surrounding text.
  case bidirectionalCharacter(Unicode.Scalar)
  /// A character of zero width.
  case zeroWidthCharacter(Unicode.Scalar)
  /// Another invisible character.
  case ignorableCharacter(Unicode.Scalar)
  /// The text is not in Unicode Normalization Form C.
  case notNFC
  /// A component begins with a space.
  case leadingSpace(String)
  /// A component ends in a space.
  case trailingSpace(String)
  /// A component ends in a dot.
  case trailingDot(String)
  /// A component that is a device name on Windows, with or without extension.
  case windowsDeviceName(String)
  /// A component with a special meaning for git, Mercurial or Subversion, in any spelling.
  case versionControlName(String)
  /// A component with a special meaning in JavaScript objects.
  case scriptPrototypeName(String)
  /// The file extension is not among the allowed ones; nil where the name has none.
  case extensionNotAllowed(String?, allowed: [String])
  /// The name is reserved at the root of a registry.
  case reservedAtRoot(String)
  /// The same path is named twice.
  case duplicate(String)
  /// Two files differ only in case.
  case filesEqualIgnoringCase(String, String)
  /// Two folders differ only in case.
  case foldersEqualIgnoringCase(String, String)
  /// One name is a file in one path and a folder in the other (ignoring case).
  case fileAndFolder(file: String, folder: String)
}

extension PathProblem {
  /// What is wrong, worded to follow the path: lower case, no full stop, safe to print.
  package var summary: String {
    switch self {
    case .empty: "the path is empty"
    case .tooLong(let bytes, let limit): "the path is \(bytes) bytes long, more than \(limit)"
    case .componentTooLong(let bytes, let limit): "a component is \(bytes) bytes long, more than \(limit)"
    case .tooDeep(let components, let limit): "the path has \(components) components, more than \(limit)"
    case .absolute: "the path is not relative"
    case .emptyComponent: "the path has an empty component"
    case .dotComponent(let name): "the path has a \(name.quotedForMessage) component"
    case .notNFC: "the path is not in Unicode normalization form C"
    case .leadingSpace(let name): "\(name.quotedForMessage) begins with a space"
    case .trailingSpace(let name): "\(name.quotedForMessage) ends in a space"
    case .trailingDot(let name): "\(name.quotedForMessage) ends in a dot"
    case .windowsDeviceName(let name): "\(name.quotedForMessage) is a device name on Windows"
    case .versionControlName(let name): "\(name.quotedForMessage) is a version control name"
    case .scriptPrototypeName(let name): "\(name.quotedForMessage) is a reserved name"
    case .forbiddenCharacter, .controlCharacter, .bidirectionalCharacter, .zeroWidthCharacter,
      .ignorableCharacter:
      characterSummary
    case .extensionNotAllowed, .reservedAtRoot, .duplicate, .filesEqualIgnoringCase,
      .foldersEqualIgnoringCase, .fileAndFolder:
      policyOrSetSummary
    }
  }

  private var characterSummary: String {
    let (kind, scalar): (String, Unicode.Scalar?) =
      switch self {
      case .forbiddenCharacter(let scalar): ("forbidden", scalar)
      case .controlCharacter(let scalar): ("control", scalar)
      case .bidirectionalCharacter(let scalar): ("direction-changing", scalar)
      case .zeroWidthCharacter(let scalar): ("zero-width", scalar)
      case .ignorableCharacter(let scalar): ("invisible", scalar)
      default: ("refused", nil)
      }
    let hex = scalar.map { String($0.value, radix: 16, uppercase: true) } ?? ""
    let padding = String(repeating: "0", count: max(0, 4 - hex.count))
    return "the path has a \(kind) character, U+\(padding)\(hex)"
  }

  private var policyOrSetSummary: String {
    switch self {
    case .extensionNotAllowed(let found?, let allowed):
      "extension \(found.quotedForMessage) is not one of the allowed "
        + allowed.map(\.quotedForMessage).joined(separator: ", ")
    case .extensionNotAllowed(nil, let allowed):
      "the name has no extension, allowed are " + allowed.map(\.quotedForMessage).joined(separator: ", ")
    case .reservedAtRoot(let name): "\(name.quotedForMessage) is reserved at the root of a registry"
    case .duplicate(let path): "\(path.quotedForMessage) is named twice"
    case .filesEqualIgnoringCase(let first, let second):
      "\(first.quotedForMessage) and \(second.quotedForMessage) differ in case only"
    case .foldersEqualIgnoringCase(let first, let second):
      "the folders \(first.quotedForMessage) and \(second.quotedForMessage) differ in case only"
    case .fileAndFolder(let file, let folder):
      "\(file.quotedForMessage) is a file and \(folder.quotedForMessage) a folder of the same name"
    default: "the path is refused"
    }
  }
}
