/// A registry's state at one sync: its tree, and where, when and by whose signature it came (DESIGN section 3.1).
///
/// The store only keeps these values; RegistryModel and RegistrySync interpret them.
package struct Snapshot: Equatable, Sendable {
  /// The result of checking the manifest's signatures when the snapshot was made.
  package enum Trust: String, Sendable {
    /// Enough signatures were valid; `signers` names their keys.
    case verified
    /// No signature counted, which the policy allowed.
    case unsigned
  }

  /// The root tree.
  package var tree: ObjectID
  /// The snapshot before this one; nil in the first.
  package var parent: ObjectID?
  /// The normalised URL or the folder it was synced from.
  package var source: String
  /// The blob of `manifest.json`.
  package var manifest: ObjectID
  package var version: String
  /// The manifest's `generated_at`, as written there.
  package var generatedAt: String
  /// When it was synced: RFC 3339, UTC, whole seconds.
  package var syncedAt: String
  package var publisher: String
  package var trust: Trust
  /// The keys whose signatures counted, in the order of the manifest.
  package var signers: [Signer]
  /// The program that made the snapshot, such as `mmdos/0.1.0`.
  package var agent: String

  /// The values are checked by `encoded`.
  package init(
    tree: ObjectID,
    parent: ObjectID?,
    source: String,
    manifest: ObjectID,
    version: String,
    generatedAt: String,
    syncedAt: String,
    publisher: String,
    trust: Trust,
    signers: [Signer],
    agent: String
  ) {
    self.tree = tree
    self.parent = parent
    self.source = source
    self.manifest = manifest
    self.version = version
    self.generatedAt = generatedAt
    self.syncedAt = syncedAt
    self.publisher = publisher
    self.trust = trust
    self.signers = signers
    self.agent = agent
  }

  /// The most bytes a snapshot payload may have.
  package static let maximumPayloadBytes: Int64 = 64 << 10

  private static let header = "snapshot 1"

  /// The canonical payload of the snapshot.
  ///
  /// - Throws: `ObjectStoreError.unencodable` naming a field that is empty, has a control character or
  ///   makes the payload too large.
  package func encoded() throws(ObjectStoreError) -> [UInt8] {
    var lines = [Self.header, "tree \(tree)"]
    if let parent { lines.append("parent \(parent)") }
    for (key, value) in [
      ("source", source), ("manifest", manifest.description), ("version", version),
      ("generated-at", generatedAt), ("synced-at", syncedAt), ("publisher", publisher),
      ("trust", trust.rawValue),
    ] {
      guard Self.isOneLine(value) else { throw .unencodable(field: key) }
      lines.append("\(key) \(value)")
    }
    for signer in signers {
      guard let words = signer.words else { throw .unencodable(field: "signer") }
      lines.append("signer \(words)")
    }
    guard Self.isOneLine(agent) else { throw .unencodable(field: "agent") }
    lines.append("agent \(agent)")
    let payload = Array((lines.joined(separator: "\n") + "\n").utf8)
    guard payload.count <= Self.maximumPayloadBytes else { throw .unencodable(field: "snapshot") }
    return payload
  }

  /// Decodes a payload, refusing anything that `encoded` would not have written.
  ///
  /// - Throws: `ObjectStoreError.malformed` with the given id.
  package static func decode(_ payload: [UInt8], id: ObjectID) throws(ObjectStoreError) -> Snapshot {
    do {
      return try parse(payload)
    } catch {
      throw .malformed(id, error)
    }
  }

  private static func parse(_ payload: [UInt8]) throws(ObjectStoreError.Malformation) -> Snapshot {
    guard payload.count <= maximumPayloadBytes else { throw .tooLarge(limit: maximumPayloadBytes) }
    guard let text = String(validating: payload, as: UTF8.self) else { throw .badLine(1) }
    guard text.utf8.last == UInt8(ascii: "\n") else { throw .missingFinalNewline }
    var lines = SnapshotLines(
      lines: text.utf8.dropLast().split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        .map { String(Substring($0)) }
    )
    guard lines.next() == header else { throw .missingHeader }
    let tree = try lines.id("tree")
    let parent = try lines.hasNext("parent") ? lines.id("parent") : nil
    let source = try lines.value("source")
    let manifest = try lines.id("manifest")
    let version = try lines.value("version")
    let generatedAt = try lines.value("generated-at")
    let syncedAt = try lines.value("synced-at")
    let publisher = try lines.value("publisher")
    guard let trust = Trust(rawValue: try lines.value("trust")) else { throw .badLine(lines.number) }
    var signers: [Signer] = []
    while lines.hasNext("signer") {
      guard let signer = Signer(words: try lines.value("signer")) else { throw .badLine(lines.number) }
      signers.append(signer)
    }
    let agent = try lines.value("agent")
    guard lines.next() == nil else { throw .badLine(lines.number) }
    return Snapshot(
      tree: tree,
      parent: parent,
      source: source,
      manifest: manifest,
      version: version,
      generatedAt: generatedAt,
      syncedAt: syncedAt,
      publisher: publisher,
      trust: trust,
      signers: signers,
      agent: agent
    )
  }

  /// Whether a value is not empty and has no control character.
  static func isOneLine(_ value: String) -> Bool {
    !value.isEmpty
      && value.unicodeScalars.allSatisfy { $0.value >= 0x20 && !(0x7F...0x9F).contains($0.value) }
  }
}

/// The lines of a snapshot, read one by one in their fixed order.
private struct SnapshotLines {
  let lines: [String]
  private(set) var number = 0

  init(lines: [String]) {
    self.lines = lines
  }

  mutating func next() -> String? {
    number += 1
    return number <= lines.count ? lines[number - 1] : nil
  }

  func hasNext(_ key: String) -> Bool {
    number < lines.count && lines[number].utf8.starts(with: (key + " ").utf8)
  }

  mutating func value(_ key: String) throws(ObjectStoreError.Malformation) -> String {
    guard let line = next(), line.utf8.starts(with: (key + " ").utf8) else { throw .badLine(number) }
    let value = String(Substring(line.utf8.dropFirst(key.utf8.count + 1)))
    guard Snapshot.isOneLine(value) else { throw .badLine(number) }
    return value
  }

  mutating func id(_ key: String) throws(ObjectStoreError.Malformation) -> ObjectID {
    guard let id = ObjectID(hex: try value(key)) else { throw .badLine(number) }
    return id
  }
}
