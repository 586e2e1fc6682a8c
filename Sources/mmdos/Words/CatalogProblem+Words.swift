import Formats
import RegistryModel

extension CatalogProblem {
  /// What is wrong, without the position: lower case, no full stop, safe to print.
  var words: String {
    switch self {
    case .field(let problem): problem.words
    case .badSlug(let slug, let problem, _): "slug \(slug.quotedForMessage): \(problem.words)"
    case .duplicateSlug(let slug, let first, _):
      slug == first
        ? "slug \(slug.quotedForMessage) is used twice"
        : "slugs \(first.quotedForMessage) and \(slug.quotedForMessage) differ in case only"
    }
  }
}

extension PluginProblem {
  /// What is wrong, without the position: lower case, no full stop, safe to print.
  var words: String {
    switch self {
    case .field(let problem): problem.words
    case .badSlug(let slug, let problem, _): "slug \(slug.quotedForMessage): \(problem.words)"
    case .slugDiffers(let expected, let found, _):
      "the slug is \(found.description.quotedForMessage), not \(expected.description.quotedForMessage)"
    case .tooMany(let field, let count, let limit, _):
      "\(field.quotedForMessage) has \(count) items, more than \(limit)"
    case .badAsset(let path, let problem, _): "asset \(path.quotedForMessage): \(problem.words)"
    case .assetOutsideFolders(let path, _):
      "asset \(path.description.quotedForMessage) is in none of the folders that plugins may write to"
    case .assetChangesTrust(let path, _):
      "asset \(path.description.quotedForMessage) would change what is trusted"
    case .assetReplacesManifest(let path, _):
      "asset \(path.description.quotedForMessage) would replace the catalog or another plugin's manifest"
    case .assetDenied(let path, let pattern, _):
      "asset \(path.description.quotedForMessage) is denied by \(pattern.description.quotedForMessage)"
    case .badPattern(let pattern, _): "pattern \(pattern.quotedForMessage) names no path"
    case .conflictingAssets(let problem): problem.words
    }
  }
}

extension FieldProblem {
  fileprivate var words: String {
    switch self {
    case .text(let problem): problem.words
    case .badText(let field, let problem, _): "\(field.quotedForMessage): \(problem.words)"
    }
  }
}
