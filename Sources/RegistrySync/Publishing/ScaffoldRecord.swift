import Formats
import ObjectStore

/// The record of generated files beside a generated registry: path and hash of each, so that what was changed by hand
/// since is neither overwritten nor removed.
struct ScaffoldRecord {
  /// More than the paths and hashes of the largest registry.
  static let maxBytes = 64 << 20

  private(set) var files: [String: ObjectID]

  init(_ files: [String: ObjectID]) {
    self.files = files
  }

  /// Reads a record; an unreadable one has no file, so that nothing counts as generated.
  init(parsing bytes: [UInt8]) {
    files = [:]
    // try?: the record is a file that people merge; without it everything is compared by its content.
    guard let value = try? StrictJSON.parse(bytes, maxBytes: Self.maxBytes),
      let members = try? value.find("files")?.members(for: "files")
    else { return }
    for member in members {
      guard case .string(let hash) = member.value.content, let id = ObjectID(hex: hash) else { continue }
      files[member.name] = id
    }
  }

  func encode() -> [UInt8] {
    let members = files.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
      .map { ($0.key, JSONValue.string($0.value.description)) }
    return JSONWriter.pretty(
      .object([("generated_by", .string("mmdos registry scaffold")), ("files", .object(members))])
    )
  }
}
