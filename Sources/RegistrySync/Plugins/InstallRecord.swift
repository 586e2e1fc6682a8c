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
    /// What it was installed for; `project` alone in records of the first version.
    package let targets: [InstallTarget]
    /// All installed files, by their paths in the project, with their ids.
    package let files: [ManifestPath: ObjectID]
    /// The folders of tools that were made for these files, sorted.
    package private(set) var folders: [ManifestPath]

    init(
      slug: PluginSlug,
      version: String,
      origin: PluginOrigin,
      snapshot: ObjectID?,
      targets: [InstallTarget] = [.project],
      files: [ManifestPath: ObjectID],
      folders: [ManifestPath] = []
    ) {
      (self.slug, self.version, self.origin, self.snapshot) = (slug, version, origin, snapshot)
      (self.targets, self.files, self.folders) = (targets, files, [])
      addFolders(folders)
    }

    /// Adds those of the folders that are above a file of the plugin.
    fileprivate mutating func addFolders(_ more: [ManifestPath]) {
      // A set, because a record from outside may have very many of both.
      var above: Set<[String]> = []
      for file in files.keys {
        let names = file.components
        for depth in names.indices.dropFirst() { above.insert(Array(names[..<depth])) }
      }
      let own = more.filter { above.contains($0.components) }
      folders = Set(folders + own).sorted()
    }

    /// Whether only the second version of the record can hold it.
    var needsTargets: Bool { targets != [.project] || !folders.isEmpty }
  }

  /// The second version has targets and folders; it is written only where a plugin needs them, so that a project
  /// without tools' folders stays readable by what knows the first version only.
  private static let versions = ["1", "2"]

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
    guard versions.contains(found) else {
      let rule = TextProblem.ValueRule.oneOf(versions)
      throw TextProblem(.invalidValue(key: "record_version", value: found, rule: rule), at: nil)
    }
    var record = InstallRecord()
    for member in try root.read("plugins").members(for: "plugins") {
      let entry = try Self.entry(member, hasTargets: found != versions.first)
      guard record.find(entry.slug) == nil else {
        throw TextProblem(.alreadyUsed(key: "slug", value: member.name), at: member.position)
      }
      record.set(entry)
    }
    return record
  }

  private static func entry(_ member: JSONMember, hasTargets: Bool) throws(TextProblem) -> Entry {
    let slug: PluginSlug
    do { slug = try PluginSlug(parsing: member.name) } catch {
      throw invalid("plugins", member.name, error, at: member.position)
    }
    let fields = try JSONFields(
      member.value,
      for: member.name,
      known: ["version", "source", "snapshot", "files"] + (hasTargets ? ["targets", "folders"] : [])
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
    return Entry(
      slug: slug,
      version: try fields.readString("version"),
      origin: origin,
      snapshot: snapshot,
      targets: hasTargets ? try targets(fields) : [.project],
      files: try files(fields, of: slug),
      folders: hasTargets ? try folders(fields) : []
    )
  }

  private static func files(
    _ fields: JSONFields,
    of slug: PluginSlug
  ) throws(TextProblem) -> [ManifestPath: ObjectID] {
    var files: [ManifestPath: ObjectID] = [:]
    for file in try fields.read("files").members(for: "files") {
      let text = try file.value.string(for: file.name)
      guard text.hasPrefix("sha256:"), let id = ObjectID(hex: text.dropFirst(7)) else {
        throw invalid(file.name, text, InstallRecordProblem.notAHash, at: file.position)
      }
      do {
        let position = file.position ?? TextPosition(line: 1, column: 1)
        files[try PluginAssetRules.checkInstalled(file.name, slug: slug, at: position)] = id
      } catch {
        throw invalid("files", file.name, error, at: file.position)
      }
    }
    return files
  }

  static func invalid(
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

  private mutating func set(_ entry: Entry) {
    entries.removeAll { $0.slug.key == entry.slug.key }
    entries.append(entry)
    entries.sort { $0.slug < $1.slug }
  }

  /// Replaces the entry of a plugin, or adds it.
  mutating func replace(with entry: Entry) {
    take(entry.slug)
    set(entry)
  }

  /// Removes the entry of a plugin; of the folders that were made for it, others take over those that they need.
  mutating func take(_ slug: PluginSlug) {
    guard let old = find(slug) else { return }
    entries.removeAll { $0.slug.key == slug.key }
    for index in entries.indices { entries[index].addFolders(old.folders) }
  }
}

/// Why a value of the install record is refused, where no other type says it.
package enum InstallRecordProblem: Error, Equatable, Sendable {
  case notASource
  case notAnObjectID
  /// It is not `sha256:` and an object id.
  case notAHash
  /// It is no list of different targets in the order of the table.
  case notTargets
  /// It is no folder in which a tool's files can be.
  case notAFolder
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
