import Formats

/// Why a plugin's slug is refused.
package enum SlugProblem: Error, Hashable, Sendable {
  /// The slug has no characters.
  case empty
  /// The slug is longer than the limit; both in bytes.
  case tooLong(bytes: Int, limit: Int)
  /// A character that is neither an ASCII letter or digit, `_` nor `-`.
  case badCharacter(Unicode.Scalar)
  /// The plugin's manifest would replace the installed catalog.
  case reserved(String)
  /// The file name of the plugin's manifest would break a rule for paths.
  case badPath(PathProblem)
}

/// A plugin's name in file names and commands: `[A-Za-z0-9_-]{1,128}` (INTEROP "Plugin manifest").
package struct PluginSlug: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// The slug as written.
  package let description: String
  /// The path of the plugin's manifest in a registry: `catalog/<slug>.yaml`.
  package let registryPath: ManifestPath
  /// The path of the installed manifest in a project: `.ai/plugins/<slug>.yaml`.
  package let installedPath: ManifestPath

  /// Checks a slug from outside.
  ///
  /// - Throws: `SlugProblem`, for the first rule that is broken.
  package init(parsing rawSlug: String) throws(SlugProblem) {
    let count = rawSlug.utf8.count
    if count == 0 { throw .empty }
    guard count <= Limits.maxSlugBytes else { throw .tooLong(bytes: count, limit: Limits.maxSlugBytes) }
    for scalar in rawSlug.unicodeScalars {
      guard scalar.isASCII, ASCII.isLetterOrDigit(UInt8(scalar.value)) || scalar == "_" || scalar == "-"
      else {
        throw .badCharacter(scalar)
      }
    }
    // `.ai/plugins/catalog.yaml` is the catalog of bundled plugins; `__proto__` has a special meaning in JavaScript.
    if ["catalog", "__proto__"].contains(rawSlug.lowercased()) { throw .reserved(rawSlug) }
    do {
      registryPath = try ManifestPath(parsing: "catalog/\(rawSlug).yaml")
      installedPath = try ManifestPath(parsing: ".ai/plugins/\(rawSlug).yaml")
    } catch {
      throw .badPath(error)
    }
    description = rawSlug
  }

  /// The slug in lower case: slugs of one catalog are unique ignoring case.
  package var key: String { description.lowercased() }

  package static func < (lhs: Self, rhs: Self) -> Bool { lhs.description < rhs.description }
}
