import Formats

/// Why a manifest path, or a set of them, is refused (DESIGN section 5, "Manifest paths").
///
/// Strings in the cases are as they came from outside; who prints them escapes them.
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
}
