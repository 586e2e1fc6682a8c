import Formats

/// A path that people forbid, in `denied_file_patterns` of a plugin or `blocked_paths` of the policy.
///
/// It names one or more path components in a row, compared ignoring case, and covers everything beneath
/// them wherever they stand: `.git/`, `secrets/keys`, `package.json`. In a component `*` stands for any
/// characters and `?` for one; a component `**` stands for any number of components. Where in doubt it
/// forbids more, never less.
package struct PathPattern: Hashable, Sendable, CustomStringConvertible {
  /// The pattern as it was written.
  package let description: String
  private let components: [[Unicode.Scalar]]

  /// Takes a pattern apart; nil if it names nothing, has `..`, or is longer than 1,024 bytes.
  ///
  /// A leading `/` or `./` and a trailing `/` mean nothing.
  package init?(parsing rawPattern: String) {
    guard rawPattern.utf8.count <= PathRules.maxPathBytes else { return nil }
    let names = UnicodeRules.caseFolded(rawPattern).utf8.split(separator: UInt8(ascii: "/"))
      .map { String(Substring($0)) }.filter { $0 != "." }
    guard !names.isEmpty, !names.contains(".."), names.contains(where: { $0 != "**" }) else { return nil }
    components = names.map { Array($0.unicodeScalars) }
    description = rawPattern
  }

  /// Whether the pattern covers the path.
  package func covers(_ path: ManifestPath) -> Bool {
    let names = path.components.map { Array(UnicodeRules.caseFolded($0).unicodeScalars) }
    // Where in the path a match of the components so far may go on.
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

  /// Matches with `*` and `?`: on a mismatch, the last `*` takes one more character.
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
