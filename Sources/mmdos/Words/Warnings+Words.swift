import Audit
import Formats
import RegistryModel
import RegistrySync

// What a user should know, though nothing failed: lower case, no full stop, safe to print.

extension Policy.Warning {
  var words: String {
    switch kind {
    case .unsupportedAlgorithm(let name):
      "the signature algorithm \(name.quotedForMessage) is not supported, such signatures do not count"
    }
  }
}

extension SourceList.Warning {
  var words: String {
    switch self {
    case .sameURL(let first, let second): "'\(first)' and '\(second)' have the same url"
    }
  }
}

extension CatalogWarning {
  var words: String {
    switch self {
    case .unknownKey(let key, let nearest, let slug, _):
      let place = slug.map { " of plugin \($0.description.quotedForMessage)" } ?? ""
      let hint = nearest.map { ", did you mean \($0.quotedForMessage)?" } ?? ""
      return "unknown key \(key.quotedForMessage)\(place) is ignored\(hint)"
    case .noList: return "catalog.yaml has no key 'catalog', so it lists no plugin"
    }
  }
}

extension PublishWarning {
  var words: String {
    switch self {
    case .signatureLost:
      "the manifest before this one was signed; clients who remember its signers refuse an unsigned one"
    case .catalog(let warning): warning.words
    case .unlisted(let path):
      "\(path.quotedForMessage) is not listed by catalog.yaml, so nobody finds the plugin"
    case .unnamed(let first, let count):
      "\(Quantity.count(count, "file")) in catalog/ \(count == 1 ? "is" : "are") named by no plugin, the first is "
        + "\(first.quotedForMessage): allowed_file_patterns or .mmdosignore should name what is there"
    case .versionsDiffer(let slug, let catalog, let plugin):
      "plugin \(slug.quotedForMessage) has version \(catalog.quotedForMessage) in catalog.yaml and "
        + "\(plugin.quotedForMessage) in its manifest"
    case .sharedAsset(let path, let first, let second):
      "plugins \(first.quotedForMessage) and \(second.quotedForMessage) both install "
        + "\(path.quotedForMessage), so only one of them can be installed"
    case .finding(let finding): "audit: \(finding.severity.rawValue): \(finding.place): \(finding.words)"
    case .moreFindings(let warnings, let notes):
      "audit: \(AuditRest.words(warnings, notes)); "
        + "mmdos registry audit FOLDER shows all"
    case .releaseIncomplete(let version):
      "files of release \(version.quotedForMessage) were replaced and no pack has them, so clients who locked it miss them"
    case .needsLimit(let key, let value, let usual):
      "clients take this only with \(key): \(value) or more in their policy; without the key it is \(usual)"
    }
  }
}

/// The findings of an audit that are only counted.
enum AuditRest {
  static func words(_ warnings: Int, _ notes: Int) -> String {
    let parts = [
      warnings > 0 ? Quantity.count(warnings, "more warning").description : nil,
      notes > 0 ? Quantity.count(notes, "note").description : nil,
    ]
    return parts.compactMap { $0 }.joined(separator: " and ")
  }
}
