import Formats
package import ObjectStore

/// A file that `registry publish` makes beside a registry's content (DESIGN section 10).
///
/// No manifest names it, so nothing of it is believed: what it brings is proven like everything that is downloaded.
package enum OfferedFile: Hashable, Sendable {
  /// `packs.json`: what the packs bring.
  case packList
  /// `packs/<id>.pack`: many objects in one file; `id` is the SHA-256 of its bytes before the last 32.
  case pack(ObjectID)
  /// `releases/<id>.json`: a manifest that was published.
  case release(ObjectID)

  /// The folder of the manifests that were published.
  package static let releases = "releases"
  /// The folder of the packs.
  package static let packs = "packs"
  /// The list of the packs.
  package static let list = "packs.json"

  /// Recognises a file by its names from the registry's root.
  package init?(_ names: [String]) {
    if names == [Self.list] {
      self = .packList
      return
    }
    guard names.count == 2 else { return nil }
    let (suffix, make): (String, (ObjectID) -> OfferedFile)
    switch names[0] {
    case Self.releases: (suffix, make) = (".json", { .release($0) })
    case Self.packs: (suffix, make) = (".pack", { .pack($0) })
    default: return nil
    }
    guard names[1].utf8.count == 64 + suffix.utf8.count, names[1].hasSuffix(suffix),
      let id = ObjectID(hex: names[1].dropLast(suffix.utf8.count))
    else { return nil }
    self = make(id)
  }

  /// The file's names from the registry's root.
  package var names: [String] {
    switch self {
    case .packList: [Self.list]
    case .pack(let id): [Self.packs, "\(id).pack"]
    case .release(let id): [Self.releases, "\(id).json"]
    }
  }

  /// The path from the registry's root.
  package var path: String { names.joined(separator: "/") }

  /// Whether content may not have that name at the root of a published folder, in any case.
  package static func isReserved(atRoot name: String) -> Bool {
    [releases, packs, list].contains(UnicodeRules.caseFolded(name))
  }
}

extension RegistryURL {
  /// The URL of a file that no manifest names.
  ///
  /// - Throws: `URLProblem.tooLong`.
  package func requestURL(for file: OfferedFile) throws(URLProblem) -> RequestURL {
    try catalogURL.sibling(file.path)
  }
}
