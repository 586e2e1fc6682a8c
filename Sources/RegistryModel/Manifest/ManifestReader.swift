import Formats
import ObjectStore

/// Reads the fields of a `manifest.json` with their types.
struct ManifestReader {
  private static let catalogName = "catalog.yaml"

  private let fields: JSONFields
  /// All top-level members, to which `signed_fields` refers.
  let members: [JSONMember]

  init(_ document: JSONValue) throws(ManifestProblem) {
    do {
      // Unknown keys are allowed, because they may be signed.
      fields = try JSONFields(document, known: nil)
      members = try document.members(for: "")
    } catch {
      throw .text(error)
    }
  }

  /// The position of a field's value.
  func position(_ field: String) -> TextPosition? { fields.find(field)?.position }

  func find(_ field: String) -> JSONValue? { fields.find(field) }

  func readLine(_ field: String) throws(ManifestProblem) -> String {
    let text = try readString(field)
    do {
      try LineText.checkName(text)
    } catch {
      throw .badLine(field: field, error, at: position(field))
    }
    return text
  }

  func readVersion(_ field: String) throws(ManifestProblem) -> SemanticVersion {
    let text = try readString(field)
    do {
      return try SemanticVersion(parsing: text)
    } catch {
      throw .badVersion(field: field, found: text, error, at: position(field))
    }
  }

  func readTime(_ field: String) throws(ManifestProblem) -> (time: Timestamp, text: String) {
    let text = try readString(field)
    do {
      return (try Timestamp(parsing: text), text)
    } catch {
      throw .badTime(field: field, found: text, error, at: position(field))
    }
  }

  func findTime(_ field: String) throws(ManifestProblem) -> Timestamp? {
    fields.find(field) == nil ? nil : try readTime(field).time
  }

  func readHash(_ field: String) throws(ManifestProblem) -> ObjectID {
    let text = try readString(field)
    guard let id = Self.parseHash(text) else { throw .badHash(of: field, found: text, at: position(field)) }
    return id
  }

  /// Reads `files_hashes` and adds `catalog.yaml` if it is missing; sorted by path bytes.
  func readFiles(catalogID: ObjectID, rules: ManifestRules) throws(ManifestProblem) -> [Manifest.Entry] {
    let files = try readFileMembers()
    // Folders are counted as well, once the paths are known to be good.
    guard files.count <= rules.maxFiles else {
      throw .tooManyFiles(count: files.count, limit: rules.maxFiles, at: position("files_hashes"))
    }
    var entries: [Manifest.Entry] = []
    entries.reserveCapacity(files.count + 1)
    var isCatalogNamed = false
    for file in files {
      let entry = try Self.parseEntry(file)
      entries.append(entry)
      guard entry.path.description == Self.catalogName else { continue }
      isCatalogNamed = true
      guard entry.id == catalogID else {
        throw .catalogHashesDiffer(catalogHash: catalogID, inFiles: entry.id, at: file.value.position)
      }
    }
    if !isCatalogNamed {
      let path = try Self.parsePath(Self.catalogName, at: nil)
      entries.append(Manifest.Entry(path: path, id: catalogID))
    }
    do {
      // The manifest is stored beside the files and cannot contain its own hash.
      try ManifestPathSet.validateTogether(entries.map(\.path), reserving: ["manifest.json"])
    } catch {
      throw .conflictingPaths(error)
    }
    return entries.sorted { $0.path < $1.path }
  }

  private func readFileMembers() throws(ManifestProblem) -> [JSONMember] {
    do {
      return try fields.read("files_hashes").members(for: "files_hashes")
    } catch {
      throw .text(error)
    }
  }

  private func readString(_ field: String) throws(ManifestProblem) -> String {
    do {
      return try fields.readString(field)
    } catch {
      throw .text(error)
    }
  }

  private static func parseEntry(_ file: JSONMember) throws(ManifestProblem) -> Manifest.Entry {
    let path = try parsePath(file.name, at: file.position)
    let text: String
    do {
      text = try file.value.string(for: file.name)
    } catch {
      throw .text(error)
    }
    guard let id = parseHash(text) else {
      throw .badHash(of: file.name, found: text, at: file.value.position)
    }
    return Manifest.Entry(path: path, id: id)
  }

  private static func parsePath(
    _ rawPath: String,
    at position: TextPosition?
  ) throws(ManifestProblem) -> ManifestPath {
    do {
      return try ManifestPath(parsing: rawPath)
    } catch {
      throw .badPath(rawPath, error, at: position)
    }
  }

  /// `sha256:` and 64 lower-case hex digits.
  private static func parseHash(_ text: String) -> ObjectID? {
    let prefix = "sha256:"
    guard text.utf8.starts(with: prefix.utf8) else { return nil }
    return ObjectID(hex: Substring(text.utf8.dropFirst(prefix.utf8.count)))
  }
}
