import Formats
import ObjectStore
import RegistryModel

// What only the second version of the record has, and how either version is written.
extension InstallRecord {
  static func targets(_ fields: JSONFields) throws(TextProblem) -> [InstallTarget] {
    var targets: [InstallTarget] = []
    for text in try fields.read("targets").strings(for: "targets") {
      guard let target = InstallTarget(rawValue: text), targets.last.map({ $0 < target }) ?? true else {
        throw invalid("targets", text, InstallRecordProblem.notTargets, at: nil)
      }
      targets.append(target)
    }
    guard !targets.isEmpty else { throw invalid("targets", "", InstallRecordProblem.notTargets, at: nil) }
    return targets
  }

  /// Reads the folders that a removal may take away: only folders in which a tool's files can be, and those above.
  static func folders(_ fields: JSONFields) throws(TextProblem) -> [ManifestPath] {
    var folders: [ManifestPath] = []
    for text in try fields.read("folders").strings(for: "folders") {
      let folder: ManifestPath
      do { folder = try ManifestPath(parsing: text) } catch { throw invalid("folders", text, error, at: nil) }
      guard InstallTarget.mayBeAbove(folder) else {
        throw invalid("folders", text, InstallRecordProblem.notAFolder, at: nil)
      }
      folders.append(folder)
    }
    return folders
  }

  /// The file's text: two-space JSON and a final newline, everything sorted by bytes.
  func encode() -> [UInt8] {
    let hasTargets = entries.contains { $0.needsTargets }
    let plugins = entries.map { entry in
      let files = entry.files.sorted { $0.key < $1.key }.map { path, id in
        (path.description, JSONValue.string("sha256:\(id)"))
      }
      var members: [(String, JSONValue)] = [
        ("version", .string(entry.version)), ("source", .string(entry.origin.description)),
        ("snapshot", .string(orNull: entry.snapshot?.description)),
      ]
      if hasTargets {
        members.append(("targets", .array(entry.targets.map { .string($0.rawValue) })))
        members.append(("folders", .array(entry.folders.map { .string($0.description) })))
      }
      return (entry.slug.description, JSONValue.object(members + [("files", .object(files))]))
    }
    return JSONWriter.pretty(
      .object([("record_version", .string(hasTargets ? "2" : "1")), ("plugins", .object(plugins))])
    )
  }
}
