package import Formats

/// Why a `catalog.yaml` is refused (INTEROP "catalog.yaml").
package enum CatalogProblem: Error, Equatable, Sendable {
  /// The text is not in the safe subset of YAML, or a field breaks a rule.
  case field(FieldProblem)
  /// An entry's slug breaks a rule.
  case badSlug(String, SlugProblem, at: TextPosition)
  /// Two slugs are equal ignoring case.
  case duplicateSlug(String, first: String, at: TextPosition)

  /// The position in the text, if known.
  package var position: TextPosition? {
    switch self {
    case .field(let problem): problem.position
    case .badSlug(_, _, let position), .duplicateSlug(_, _, let position): position
    }
  }
}

/// A warning about a catalog that can be used.
package enum CatalogWarning: Hashable, Sendable {
  /// An unknown key, the known key most similar to it, and the entry that contains it.
  case unknownKey(String, nearest: String?, of: PluginSlug?, at: TextPosition)
  /// There is no list of plugins.
  case noList
}
