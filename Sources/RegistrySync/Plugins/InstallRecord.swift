package import Formats
package import ObjectStore
package import RegistryModel
import SystemPackage

/// The record of installed plugins: `.ai/plugins/.installed.json` (docs/FORMATS.md).
///
/// A project of the Node tool has none; its plugins are known only by their manifests.
package struct InstallRecord: Equatable, Sendable {
  /// The record of one plugin.
  package struct Entry: Equatable, Sendable {
    package let slug: PluginSlug
    /// The version as written.
    package let version: String
    /// The source of the plugin.
    package let origin: PluginOrigin
    /// The snapshot it came from; nil if the source is not a registry.
    package let snapshot: ObjectID?
    /// All installed files with their ids.
    package let files: [ManifestPath: ObjectID]
  }

  private static let version = "1"

  /// The plugins, sorted by slug; slugs are unique ignoring case.
  package private(set) var entries: [Entry] = []

  package init() {}

  /// Reads the record.
  ///
  /// Every path is checked by the rules for a plugin's files, because `remove` deletes the listed files.
  ///
  /// - Throws: `TextProblem` with line and column of the first thing that is wrong.
  package static func parse(_ bytes: [UInt8]) throws(TextProblem) -> InstallRecord {
    let root = try JSONFields(StrictJSON.parse(bytes), known: ["record_version", "plugins"])
    let found = try root.readString("record_version")
    guard found == version else {
      let rule = TextProblem.ValueRule.oneOf([version])
      throw TextProblem(.invalidValue(key: "record_version", value: found, rule: rule), at: nil)
    }
    var record = InstallRecord()
    for member in try root.read("plugins").members(for: "plugins") {
      let entry = try Self.entry(member)
      guard record.find(entry.slug) == nil else {
        throw TextProblem(.alreadyUsed(key: "slug", value: member.name), at: member.position)
      }
      record.set(entry)
    }
    return record
  }

  private static func entry(_ member: JSONMember) throws(TextProblem) -> Entry {
    let slug: PluginSlug
    do { slug = try PluginSlug(parsing: member.name) } catch {
      throw invalid("plugins", member.name, error, at: member.position)
    }
    let fields = try JSONFields(
      member.value,
      for: member.name,
      known: ["version", "source", "snapshot", "files"]
    )
    let source = try fields.readString("source")
    guard let origin = PluginOrigin(parsing: source) else {
      throw invalid("source", source, InstallRecordProblem.notASource, at: member.position)
    }
    let snapshot = try fields.findString("snapshot").map { (text) throws(TextProblem) in
      guard let id = ObjectID(hex: text) else {
        throw invalid("snapshot", text, InstallRecordProblem.notAnObjectID, at: member.position)
      }
      return id
    }
    var files: [ManifestPath: ObjectID] = [:]
    for file in try fields.read("files").members(for: "files") {
      let text = try file.value.string(for: file.name)
      guard text.hasPrefix("sha256:"), let id = ObjectID(hex: text.dropFirst(7)) else {
        throw invalid(file.name, text, InstallRecordProblem.notAHash, at: file.position)
      }
      do {
        let position = file.position ?? TextPosition(line: 1, column: 1)
        files[try PluginAssetRules.check(file.name, slug: slug, at: position).path] = id
      } catch {
        throw invalid("files", file.name, error, at: file.position)
      }
    }
    let version = try fields.readString("version")
    return Entry(slug: slug, version: version, origin: origin, snapshot: snapshot, files: files)
  }

  private static func invalid(
    _ key: String,
    _ value: String,
    _ problem: any Error & Equatable,
    at position: TextPosition?
  ) -> TextProblem {
    TextProblem(.invalidValue(key: key, value: value, rule: .refused(ValueProblem(problem))), at: position)
  }

  /// The entry of a plugin, ignoring case, or nil.
  package func find(_ slug: PluginSlug) -> Entry? { entries.first { $0.slug.key == slug.key } }

  /// The other plugins that installed a file.
  func owners(of path: ManifestPath, except slug: PluginSlug) -> [PluginSlug] {
    entries.filter { $0.slug.key != slug.key && $0.files[path] != nil }.map(\.slug)
  }

  mutating func set(_ entry: Entry) {
    remove(entry.slug)
    entries.append(entry)
    entries.sort { $0.slug < $1.slug }
  }

  mutating func remove(_ slug: PluginSlug) {
    entries.removeAll { $0.slug.key == slug.key }
  }

  /// The file's text: two-space JSON and a final newline, everything sorted by bytes.
  func encode() -> [UInt8] {
    let plugins = entries.map { entry in
      let files = entry.files.sorted { $0.key < $1.key }.map { path, id in
        (path.description, JSONValue.string("sha256:\(id)"))
      }
      return (
        entry.slug.description,
        JSONValue.object([
          ("version", .string(entry.version)), ("source", .string(entry.origin.description)),
          ("snapshot", .string(orNull: entry.snapshot?.description)), ("files", .object(files)),
        ])
      )
    }
    return JSONWriter.pretty(
      .object([("record_version", .string(Self.version)), ("plugins", .object(plugins))])
    )
  }
}

/// Why a value of the install record is refused, where no other type says it.
package enum InstallRecordProblem: Error, Equatable, Sendable {
  case notASource
  case notAnObjectID
  /// It is not `sha256:` and an object id.
  case notAHash
}

extension Project {
  /// Reads the install record; an absent file means no entries.
  ///
  /// - Throws: `ProjectError.invalidFile` naming line and cause, `DiskError`.
  package func readInstallRecord() throws -> InstallRecord {
    guard let bytes = try findBytes(ProjectLayout.installRecord, inFolder: ProjectLayout.plugins) else {
      return InstallRecord()
    }
    return try ProjectError.parsing(FilePath(ModelNames.installRecordPath.description)) {
      () throws(TextProblem) in
      try InstallRecord.parse(bytes)
    }
  }
}
