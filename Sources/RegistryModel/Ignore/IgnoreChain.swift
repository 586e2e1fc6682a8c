/// Ignore files of a folder and the folders above it; the nearest one that says something about a path decides.
///
/// What lies in a folder that is left out is never asked for: it cannot be taken back in, as in git.
package struct IgnoreChain: Sendable {
  /// Why a path is left out.
  package enum Reason: Hashable, Sendable {
    /// A rule that always applies; it names the pattern.
    case builtIn(String)
    /// A line of an ignore file.
    case ignoreFile(path: String, line: Int)
  }

  private struct Level: Sendable {
    /// The number of bytes before a path that is relative to this level's folder.
    let skipped: Int
    /// The ignore file's path; nil for the rules that always apply.
    let file: String?
    let rules: IgnoreRules
  }

  /// The folders from the root down.
  private var levels: [Level]

  /// Begins with rules that always apply and that every ignore file can overrule.
  package init(builtIn rules: IgnoreRules) {
    levels = [Level(skipped: 0, file: nil, rules: rules)]
  }

  /// Adds the ignore file of a folder, by that folder's path from the root; empty for the root.
  package mutating func add(_ rules: IgnoreRules, named name: String, in folder: String) {
    let prefix = folder.isEmpty ? "" : folder + "/"
    levels.append(Level(skipped: prefix.utf8.count, file: prefix + name, rules: rules))
  }

  /// Why a path from the root is left out; nil where it is not.
  package func reason(toLeaveOut path: String, isFolder: Bool) -> Reason? {
    let bytes = Array(path.utf8)
    for level in levels.reversed() {
      guard let rule = level.rules.decide(bytes.dropFirst(level.skipped), isFolder: isFolder) else {
        continue
      }
      if rule.isNegated { return nil }
      return level.file.map { .ignoreFile(path: $0, line: rule.line) } ?? .builtIn(rule.text)
    }
    return nil
  }
}
