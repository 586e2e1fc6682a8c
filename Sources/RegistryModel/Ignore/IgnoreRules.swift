/// The lines of one ignore file, in the syntax of gitignore(5).
package struct IgnoreRules: Sendable {
  /// One line with a pattern.
  package struct Rule: Sendable {
    /// The number of the line, from 1.
    package let line: Int
    /// The line as written, bytes that are not UTF-8 replaced.
    package let text: String
    /// Whether it takes back in what an earlier line left out (`!`).
    package let isNegated: Bool
    fileprivate let isForFolders: Bool
    /// Whether it is about the whole path from the ignore file's folder, and not about a name anywhere below.
    fileprivate let isAboutPath: Bool
    fileprivate let pattern: IgnorePattern

    /// Reads a line without its line end; nil for a comment, an empty line, and a pattern that matches nothing.
    fileprivate init?(_ line: ArraySlice<UInt8>, number: Int) {
      var rest = Self.withoutTrailingSpaces(line)
      guard let first = rest.first, first != UInt8(ascii: "#") else { return nil }
      text = String(decoding: rest, as: UTF8.self)
      isNegated = first == UInt8(ascii: "!")
      if isNegated { rest = rest.dropFirst() }
      isForFolders = rest.last == UInt8(ascii: "/")
      if isForFolders { rest = rest.dropLast() }
      isAboutPath = rest.contains(UInt8(ascii: "/"))
      if rest.first == UInt8(ascii: "/") { rest = rest.dropFirst() }
      guard !rest.isEmpty, let pattern = IgnorePattern(rest) else { return nil }
      self.line = number
      self.pattern = pattern
    }

    fileprivate func matches(_ path: ArraySlice<UInt8>, name: ArraySlice<UInt8>, isFolder: Bool) -> Bool {
      guard isFolder || !isForFolders else { return false }
      return pattern.matches(isAboutPath ? path : name)
    }

    /// Spaces at the end do not count unless a backslash stands before them.
    private static func withoutTrailingSpaces(_ line: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
      var end = line.startIndex
      var index = line.startIndex
      while index < line.endIndex {
        let byte = line[index]
        index += byte == UInt8(ascii: "\\") ? 2 : 1
        if byte != UInt8(ascii: " ") { end = min(index, line.endIndex) }
      }
      return line[..<end]
    }
  }

  private let rules: [Rule]

  /// Reads an ignore file; every text is one.
  package init(parsing bytes: [UInt8]) {
    let text = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes[3...] : bytes[...]
    let lines = text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    rules = lines.enumerated().compactMap { number, line in
      // The CR before an LF belongs to the line's end; the last line has no LF.
      let hasLineEnd = line.endIndex < text.endIndex
      let isCut = hasLineEnd && line.last == UInt8(ascii: "\r")
      return Rule(isCut ? line.dropLast() : line, number: number + 1)
    }
  }

  /// The last line that matches, which decides; nil where none does.
  ///
  /// `path` is relative to the folder that the rules belong to, with `/` between its names.
  package func decide(_ path: ArraySlice<UInt8>, isFolder: Bool) -> Rule? {
    let name = path.lastIndex(of: UInt8(ascii: "/")).map { path[($0 + 1)...] } ?? path
    return rules.last { $0.matches(path, name: name, isFolder: isFolder) }
  }
}
