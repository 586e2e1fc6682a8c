import Disk
import Formats
import ObjectStore
import Refs
import RegistryModel

/// Puts back the snapshot in use when its object was lost or damaged.
///
/// An alternate may have the same one. No publisher can be asked for it, but what it said stands elsewhere too: in
/// the lock entry, the manifest and the reflog line that put it in use. Its id tells whether each word is right. Only
/// the time between making it and writing that line is unknown, and only a few seconds are tried: a reflog may be
/// forged, and must not make a sync compute.
struct SnapshotRepair {
  /// The longest time that is tried, in seconds, between making a snapshot and writing its reflog line.
  private static let longestCommit: Int64 = 10
  /// How many of the reflog lines that name the snapshot are tried.
  private static let maxLines = 4

  let registry: OpenRegistry
  let entry: LockEntry?

  /// Whether our own copy of the snapshot in use is lost or damaged; what an alternate has may be gone tomorrow.
  ///
  /// - Throws: `RefError`, `ObjectStoreError` for a failing disk.
  var isNeeded: Bool {
    get throws {
      let id = try registry.cache.refs.find(.registry(registry.name.refComponent()))
      guard let id else { return false }
      do {
        try registry.store.verify(id, size: nil, limit: Snapshot.maximumPayloadBytes)
        return false
      } catch {
        if case .disk = error { throw error }
        return true
      }
    }
  }

  /// Puts the snapshot back if it is needed and possible.
  ///
  /// - Returns: How many objects were put back.
  /// - Throws: `RefError`, `ObjectStoreError` for a failing disk.
  func run() throws -> Int {
    guard try isNeeded else { return 0 }
    let history = try RegistryHistory(of: registry.name, in: registry.cache)
    guard let id = history.current, let payload = try findLent(id) ?? findPayload(of: id, history) else {
      return 0
    }
    let batch = try ObjectBatch(store: registry.store)
    try batch.add(payload, expecting: id)
    try batch.commit()
    return 1
  }

  /// The payload from an alternate; nil where none has it.
  private func findLent(_ id: ObjectID) -> [UInt8]? {
    // try?: what cannot be read there is made anew.
    try? registry.store.read(id, size: nil, limit: Snapshot.maximumPayloadBytes)
  }

  /// The payload that has the id; nil where lock entry or manifest do not say enough, or are about another.
  private func findPayload(of id: ObjectID, _ history: RegistryHistory) throws -> [UInt8]? {
    guard var guess = makeFirstGuess() else { return nil }
    for line in try history.reflog().lazy.filter({ $0.new == id }).prefix(Self.maxLines) {
      guess.agent = "mmdos/\(line.note.agentVersion)"
      for parent in line.old == nil ? [nil] : [line.old, nil] {
        guess.parent = parent
        for time in times(line) {
          guess.syncedAt = time
          // A guess that cannot be written is a wrong one.
          if let payload = try? guess.encoded(), ObjectID(hashing: payload) == id { return payload }
        }
      }
    }
    return nil
  }

  /// When it may have been made, the likeliest first.
  private func times(_ line: ReflogEntry) -> [String] {
    let logged = (0...Self.longestCommit).compactMap {
      Timestamp(secondsSince1970: line.note.seconds.addingClamped(-$0))?.description
    }
    return (entry.map { [$0.syncedAt.description] } ?? []) + logged
  }

  private func makeFirstGuess() -> Snapshot? {
    // A manifest that is damaged or lost as well is fetched by the sync; the snapshot then stays lost.
    guard let entry, let tree = entry.tree,
      let bytes = try? registry.store.read(entry.manifest, size: nil, limit: Tree.maximumPayloadBytes),
      let manifest = try? Manifest.parse(bytes, rules: .held)
    else { return nil }
    return Snapshot(
      tree: tree,
      parent: nil,
      source: entry.url,
      manifest: entry.manifest,
      version: manifest.version.description,
      generatedAt: manifest.generatedAtText,
      syncedAt: entry.syncedAt.description,
      publisher: manifest.publisher,
      trust: entry.signatureStatus == .verified ? .verified : .unsigned,
      signers: entry.signers ?? [],
      agent: Agent.name
    )
  }
}
