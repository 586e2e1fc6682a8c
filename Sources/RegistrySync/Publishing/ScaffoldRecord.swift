import Formats
import ObjectStore
import RegistryModel

/// The record of generated files beside a generated registry: path and hash of each, so that what was changed by hand
/// since is neither overwritten nor removed, and the names that were given, so that they stay.
struct ScaffoldRecord {
  /// More than the paths and hashes of the largest registry.
  static let maxBytes = 64 << 20

  private(set) var files: [String: ObjectID]
  private(set) var names = ScaffoldNames()

  init(_ files: [String: ObjectID], names: ScaffoldNames) {
    (self.files, self.names) = (files, names)
  }

  /// Reads a record; an unreadable one has no file, so that nothing counts as generated.
  init(parsing bytes: [UInt8]) {
    files = [:]
    // try?: the record is a file that people merge; without it everything is compared by its content.
    guard let value = try? StrictJSON.parse(bytes, maxBytes: Self.maxBytes) else { return }
    for (path, hash) in Self.texts("files", in: value) { files[path] = ObjectID(hex: hash) }
    names.slugs = Self.texts("slugs", in: value)
    names.places = Self.texts("places", in: value)
  }

  private static func texts(_ key: String, in value: JSONValue) -> [String: String] {
    guard case .object(let members)? = value.find(key)?.content else { return [:] }
    var texts: [String: String] = [:]
    for member in members {
      if case .string(let text) = member.value.content { texts[member.name] = text }
    }
    return texts
  }

  func encode() -> [UInt8] {
    JSONWriter.pretty(
      .object([
        ("generated_by", .string("mmdos registry scaffold")),
        ("files", Self.json(files.mapValues(\.description))), ("slugs", Self.json(names.slugs)),
        ("places", Self.json(names.places)),
      ])
    )
  }

  private static func json(_ texts: [String: String]) -> JSONValue {
    .object(
      texts.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }.map { ($0.key, .string($0.value)) }
    )
  }
}
