package import Formats

/// The provenance lockfile: `.ai/registry-lock.json` (INTEROP, DESIGN section 8).
///
/// It contains nothing specific to a machine: two machines that synced the same manifests have the same entries.
package struct Lockfile: Equatable, Sendable {
  /// The version of the format that is read and written.
  package static let version = "1"

  /// The entries, sorted by the bytes of their names, which are unique ignoring case.
  package private(set) var entries: [LockEntry] = []

  /// Entries that record a failed check, sorted like `entries`; no name is in both.
  package private(set) var refused: [RefusedLockEntry] = []

  /// Members of `entries` whose names no registry of mmdos can have; they are kept as they were read.
  package private(set) var foreign: [JSONMember] = []

  // Used only for a lockfile without entries, whose time cannot be computed.
  private var timeWithoutEntries = WrittenTime(.earliest)

  package init() {}

  /// A lockfile of entries whose names are unique ignoring case.
  init(entries: [LockEntry], refused: [RefusedLockEntry]) {
    self.entries = entries.sorted { $0.name < $1.name }
    self.refused = refused.sorted { $0.name < $1.name }
  }

  /// A lockfile of merged entries, with what both sides have besides them.
  init(entries: [LockEntry], refused: [RefusedLockEntry], merging ours: Lockfile, _ theirs: Lockfile) {
    self.init(entries: entries, refused: refused)
    let known = Set(ours.foreign.map(\.name))
    foreign = ours.foreign + theirs.foreign.filter { !known.contains($0.name) }
    timeWithoutEntries = [ours.generatedAt, theirs.generatedAt].max { $0.time < $1.time } ?? ours.generatedAt
  }

  /// The registries that have an entry of either kind.
  var names: [RegistryName] { entries.map(\.name) + refused.map(\.name) }

  /// Reads a lockfile strictly; only the Node tool's `verdict` objects are ignored.
  ///
  /// An entry without any field that only mmdos writes is the Node tool's: what is wrong with it concerns its
  /// registry alone (`refused`).
  ///
  /// - Throws: `TextProblem` with line and column of the first thing that is wrong.
  package static func parse(_ bytes: [UInt8]) throws(TextProblem) -> Lockfile {
    let root = try StrictJSON.parse(bytes)
    let fields = try LockFields(root, for: "", known: ["lockfile_version", "generated_at", "entries"])
    guard try fields.object.readString("lockfile_version") == version else {
      let found = try fields.object.readString("lockfile_version")
      throw fields.invalid("lockfile_version", found, .oneOf([version]))
    }
    var lockfile = Lockfile()
    lockfile.timeWithoutEntries = try fields.need("generated_at", fields.time("generated_at"))
    var names: Set<String> = []
    for member in try fields.object.read("entries").members(for: "entries") {
      let name: RegistryName
      do throws(TextProblem) { name = try Self.name(member) } catch {
        guard RefusedLockEntry.isOfNodeTool(member.value) else { throw error }
        lockfile.foreign.append(member)
        continue
      }
      guard names.insert(name.key).inserted else {
        throw TextProblem(.alreadyUsed(key: "name", value: member.name), at: member.position)
      }
      try lockfile.take(name, member.value)
    }
    lockfile.entries.sort { $0.name < $1.name }
    lockfile.refused.sort { $0.name < $1.name }
    return lockfile
  }

  private mutating func take(_ name: RegistryName, _ value: JSONValue) throws(TextProblem) {
    do throws(TextProblem) {
      if let failed = try RefusedLockEntry.find(name: name, value) {
        refused.append(failed)
      } else {
        entries.append(try LockEntry(name: name, value))
      }
    } catch {
      guard let unread = RefusedLockEntry(unread: name, value, because: error) else { throw error }
      refused.append(unread)
    }
  }

  private static func name(_ member: JSONMember) throws(TextProblem) -> RegistryName {
    do {
      return try RegistryName(parsing: member.name)
    } catch {
      let rule = TextProblem.ValueRule.refused(ValueProblem(error))
      throw TextProblem(.invalidValue(key: "entries", value: member.name, rule: rule), at: member.position)
    }
  }

  /// The newest `synced_at` of all entries; without entries the time read from the file.
  package var generatedAt: WrittenTime {
    entries.map(\.syncedAt).max { $0.time < $1.time } ?? timeWithoutEntries
  }

  /// The entry of a registry, or nil.
  package func find(_ name: RegistryName) -> LockEntry? {
    entries.first { $0.name == name }
  }

  /// The entry of a registry that records a failed check, or nil.
  package func findRefused(_ name: RegistryName) -> RefusedLockEntry? {
    refused.first { $0.name.key == name.key }
  }

  /// Adds an entry, replacing one of the same name, ignoring case.
  ///
  /// - Returns: Whether the file must be written. An entry that differs only in `synced_at` is not stored, so nothing
  ///   changes (DESIGN section 8).
  package mutating func set(_ entry: LockEntry) -> Bool {
    if let old = find(entry.name), old.hasSameContent(as: entry) { return false }
    entries.removeAll { $0.name.key == entry.name.key }
    refused.removeAll { $0.name.key == entry.name.key }
    entries.append(entry)
    entries.sort { $0.name < $1.name }
    return true
  }

  /// Computes the HMACs of all entries with another key, or with the first one.
  package mutating func authenticate(with key: ProjectKey) {
    for index in entries.indices { entries[index].authenticate(with: key) }
  }

  /// Removes a registry's entry.
  ///
  /// - Returns: Whether there was one, and the file must be written.
  package mutating func remove(_ name: RegistryName) -> Bool {
    if findRefused(name) != nil {
      refused.removeAll { $0.name.key == name.key }
      return true
    }
    guard let index = entries.firstIndex(where: { $0.name == name }) else { return false }
    timeWithoutEntries = generatedAt
    entries.remove(at: index)
    return true
  }

  /// The file's text: JSON indented by two spaces, with a final newline.
  package func encode() -> [UInt8] {
    JSONWriter.pretty(
      .object([
        ("lockfile_version", .string(Self.version)),
        ("generated_at", .string(generatedAt.description)),
        ("entries", .object(allMembers.map { ($0.name, $0.value) })),
      ])
    )
  }

  private var allMembers: [(name: String, value: JSONValue)] {
    let all = entries.map { ($0.name, $0.jsonMembers) } + refused.map { ($0.name, $0.members) }
    return all.sorted { $0.0 < $1.0 }.map { ($0.0.description, .object(members: $0.1)) }
      + foreign.map { ($0.name, $0.value) }
  }

  /// Compares the entries; the time of an empty lockfile is ignored.
  package static func == (left: Self, right: Self) -> Bool {
    left.entries == right.entries && left.refused == right.refused
      && left.foreign.map(\.name) == right.foreign.map(\.name)
  }
}
