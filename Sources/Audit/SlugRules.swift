import Formats
import ObjectStore

/// The rule about slugs of one catalog that look alike.
enum SlugRules {
  /// Looks at the slugs of a `catalog.yaml`; one that does not parse is refused elsewhere.
  static func scan(_ bytes: [UInt8], into sink: inout FindingSink) {
    // try?: a sync refuses a catalog that does not parse.
    guard let root = try? SafeYAML.parse(bytes), let slugs = slugs(of: root), slugs.count > 1 else { return }
    let groups = Dictionary(grouping: slugs.indices) { Confusables.skeleton(of: slugs[$0].text) }
    let alike = groups.values.filter { group in
      // Two equal slugs are an error of the catalog, not an imitation.
      group.contains { !slugs[$0].text.utf8.elementsEqual(slugs[group[0]].text.utf8) }
    }
    for group in alike {
      for index in group { report(index, in: group, slugs, into: &sink) }
    }
  }

  /// The maximum number of findings for one slug.
  private static let maxAlike = 8

  /// Reports a slug once for each slug that it looks like, because each pair is accepted separately.
  private static func report(
    _ index: Int,
    in group: [Int],
    _ slugs: [(text: String, position: TextPosition)],
    into sink: inout FindingSink
  ) {
    let slug = slugs[index].text
    var others: [String] = []
    for other in group.lazy.map({ slugs[$0].text }) where !other.utf8.elementsEqual(slug.utf8) {
      guard others.count < maxAlike else { break }
      if !others.contains(where: { $0.utf8.elementsEqual(other.utf8) }) { others.append(other) }
    }
    for other in others {
      let mark = AuditMark(
        position: slugs[index].position,
        excerpt: VisibleText.of(String(slug.prefix(160)))
      )
      sink.add(
        .lookalikeSlug,
        mark,
        about: pair(slug, other),
        "'\(ascii(slug))' looks like '\(ascii(other))'"
      )
    }
  }

  /// The id that an exception for two slugs names; their order does not matter.
  private static func pair(_ left: String, _ right: String) -> ObjectID {
    let slugs = [left, right].sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    return ObjectID(hashing: Array(slugs.joined(separator: "\n").utf8))
  }

  private static func slugs(of root: YAMLNode) -> [(text: String, position: TextPosition)]? {
    guard case .sequence(let plugins)? = root.value("catalog")?.value("plugins")?.content else { return nil }
    return plugins.compactMap { plugin in
      guard let slug = plugin.value("slug"), case .scalar(let text) = slug.content else { return nil }
      return (text, slug.position)
    }
  }

  /// The slug with codes for letters that are not ASCII; otherwise both would look alike in the message as well.
  private static func ascii(_ slug: String) -> String {
    slug.unicodeScalars.prefix(128).map { scalar in
      scalar.isASCII ? VisibleText.of(String(scalar)) : "<\(VisibleText.name(scalar))>"
    }.joined()
  }
}

extension YAMLNode {
  /// The value of a key; nil if there is none.
  fileprivate func value(_ key: String) -> YAMLNode? {
    guard case .mapping(let members) = content else { return nil }
    return members.first { $0.key == key }?.value
  }
}
