import Formats

/// Why a pattern of paths is refused.
package enum PathPatternProblem: Error, Equatable, Sendable {
  /// It is empty, too long, or has `..` or nothing but `**`.
  case namesNothing
}

/// A pattern of forbidden paths, in `denied_file_patterns` of a plugin or `blocked_paths` of the policy.
///
/// It names one or more consecutive path components, compared ignoring case, and matches them anywhere in a path,
/// together with everything below: `.git/`, `secrets/keys`, `package.json`. In a component `*` matches any characters
/// and `?` one character; the component `**` matches any number of components. Where the meaning is unclear, it
/// forbids more rather than less.
package struct PathPattern: Hashable, Sendable, CustomStringConvertible {
  /// The pattern as written.
  package let description: String
  private let components: [[Unicode.Scalar]]

  /// Parses a pattern; nil if it is empty, contains `..`, or is longer than 1,024 bytes.
  ///
  /// A leading `/` or `./` and a trailing `/` are ignored.
  package init?(parsing rawPattern: String) {
    guard rawPattern.utf8.count <= Limits.maxPathBytes else { return nil }
    let names = UnicodeRules.caseFolded(rawPattern).utf8.split(separator: UInt8(ascii: "/"))
      .map { String(Substring($0)) }.filter { $0 != "." }
    guard !names.isEmpty, !names.contains(".."), names.contains(where: { $0 != "**" }) else { return nil }
    components = names.map { Array($0.unicodeScalars) }
    description = rawPattern
  }

  /// Whether the path is forbidden.
  package func covers(_ path: ManifestPath) -> Bool {
    let names = path.components.map { Array(UnicodeRules.caseFolded($0).unicodeScalars) }
    // The indices of the path's components at which the rest of the pattern may match.
    var starts = Set(names.indices)
    for component in components {
      if component == ["*", "*"] {
        starts = Set((starts.min() ?? names.count)...names.count)
      } else {
        let matching = starts.filter { $0 < names.count && Self.matches(names[$0], component[...]) }
        starts = Set(matching.map { $0 + 1 })
      }
      if starts.isEmpty { return false }
    }
    return true
  }

  /// Matches with `*` and `?`: on a mismatch, the last `*` is extended by one character.
  private static func matches(_ name: [Unicode.Scalar], _ pattern: ArraySlice<Unicode.Scalar>) -> Bool {
    var (position, index) = (0, pattern.startIndex)
    var retry: (position: Int, index: Int)?
    while position < name.count {
      if index < pattern.endIndex, pattern[index] == "*" {
        index += 1
        retry = (position, index)
      } else if index < pattern.endIndex, pattern[index] == "?" || pattern[index] == name[position] {
        position += 1
        index += 1
      } else if let last = retry {
        position = last.position + 1
        index = last.index
        retry = (position, index)
      } else {
        return false
      }
    }
    return pattern[index...].allSatisfy { $0 == "*" }
  }
}
