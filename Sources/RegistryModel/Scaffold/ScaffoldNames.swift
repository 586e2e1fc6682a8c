/// The slugs and places that an earlier scaffold gave, so that what was published keeps its names.
package struct ScaffoldNames: Equatable, Sendable {
  /// The slugs, by the keys of the plugins.
  package var slugs: [String: String] = [:]
  /// The place of each skill, agent, command and rule, by its main file.
  package var places: [String: String] = [:]

  package init() {}
}

/// Gives slugs to plugins, no two the same.
struct SlugGiver {
  /// Keys in lower case, with the key of the plugin that has it.
  private var owners: [String: String] = [:]
  /// The first number that may be free behind a slug.
  private var nextNumbers: [String: Int] = [:]
  private let earlier: [String: String]

  /// Keeps the earlier slugs of all plugins that are still there for them.
  init(_ earlier: [String: String], keys: [String]) {
    self.earlier = earlier
    for key in keys {
      // try?: what somebody wrote into the record and is no slug is not kept.
      guard let slug = earlier[key].flatMap({ try? PluginSlug(parsing: $0) }) else { continue }
      if owners[slug.key] == nil { owners[slug.key] = key }
    }
  }

  /// The earlier slug, the wanted one, or one with a suffix where that is taken.
  mutating func take(_ wanted: String, suffix: String, for key: String) -> PluginSlug? {
    // try?: as in `init`.
    if let slug = earlier[key].flatMap({ try? PluginSlug(parsing: $0) }), owners[slug.key] == key {
      owners[slug.key] = ""
      return slug
    }
    var candidate = wanted
    if isTaken(candidate) { candidate += "-" + suffix }
    if isTaken(candidate) {
      var number = nextNumbers[wanted, default: 2]
      while isTaken("\(wanted)-\(number)") { number += 1 }
      nextNumbers[wanted] = number + 1
      candidate = "\(wanted)-\(number)"
    }
    // try?: what was made of a name is a slug, and stays one with a suffix.
    guard let slug = try? PluginSlug(parsing: candidate) else { return nil }
    owners[slug.key] = ""
    return slug
  }

  func isTaken(_ slug: String) -> Bool { owners[slug.lowercased()] != nil }
}
