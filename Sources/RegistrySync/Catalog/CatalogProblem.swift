/// Why a `catalog.yaml` is refused (INTEROP "catalog.yaml").
package enum CatalogProblem: Error, Equatable, Sendable {
  /// The text is not YAML as mmdos takes it, or a field breaks a rule.
  case field(FieldProblem)
  /// An entry's slug breaks a rule.
  case badSlug(String, SlugProblem, at: TextPosition)
  /// Two slugs are equal ignoring case.
  case duplicateSlug(String, first: String, at: TextPosition)

  /// Where in the text, as far as that is known.
  package var position: TextPosition? {
    switch self {
    case .field(let problem): problem.position
    case .badSlug(_, _, let position), .duplicateSlug(_, _, let position): position
    }
  }

  /// What is wrong, without the position: lower case, no full stop, safe to print.
  package var summary: String {
    switch self {
    case .field(let problem): problem.summary
    case .badSlug(let slug, let problem, _): "slug \(slug.quotedForMessage): \(problem.summary)"
    case .duplicateSlug(let slug, let first, _):
      slug == first
        ? "slug \(slug.quotedForMessage) is used twice"
        : "slugs \(first.quotedForMessage) and \(slug.quotedForMessage) differ in case only"
    }
  }
}

/// What was ignored in a catalog; the catalog is usable.
package struct CatalogWarning: Hashable, Sendable {
  /// The key that means nothing here.
  package let key: String
  /// The known key that looks most like it.
  package let nearest: String?
  /// The entry it stands in; nil outside of entries.
  package let slug: PluginSlug?
  /// Where the key stands.
  package let position: TextPosition

  /// What was ignored: lower case, no full stop, safe to print.
  package var summary: String {
    let place = slug.map { " of plugin \($0.description.quotedForMessage)" } ?? ""
    let hint = nearest.map { ", did you mean \($0.quotedForMessage)?" } ?? ""
    return "unknown key \(key.quotedForMessage)\(place) is ignored\(hint)"
  }
}
