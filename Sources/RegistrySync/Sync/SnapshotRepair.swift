import Formats
import ObjectStore
import Refs
import RegistryModel

/// Puts back the snapshot in use when its object was lost or damaged.
///
/// An alternate may have the same one. No publisher can be asked for it, but what it said stands elsewhere too: in
/// the lock entry, the manifest and the reflog. Only the second in which it was made is guessed at, and its id tells
/// whether each word is right.
struct SnapshotRepair {
  /// The longest time, in seconds, between making a snapshot and writing its reflog line.
  private static let longestCommit: Int64 = 300

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
    guard let id = history.current, let payload = findLent(id) ?? findPayload(of: id, history) else {
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
  private func findPayload(of id: ObjectID, _ history: RegistryHistory) -> [UInt8]? {
    guard var guess = makeFirstGuess() else { return nil }
    let lines = history.reflog.filter { $0.new == id }
    for parent in [nil] + history.roots.filter({ $0 != id }) {
      guess.parent = parent
      for agent in Set(lines.map { "mmdos/\($0.note.agentVersion)" } + [Agent.name]) {
        guess.agent = agent
        for time in times(lines) {
          guess.syncedAt = time
          // A guess that cannot be written is a wrong one.
          if let payload = try? guess.encoded(), ObjectID(hashing: payload) == id { return payload }
        }
      }
    }
    return nil
  }

  /// When it may have been made, the likeliest first.
  private func times(_ lines: [ReflogEntry]) -> [String] {
    let logged = lines.flatMap { line in
      (0...Self.longestCommit).compactMap { Timestamp(secondsSince1970: line.note.seconds - $0)?.description }
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
      signers: (entry.signers ?? []).map {
        Snapshot.Signer(algorithm: $0.algorithm.rawValue, keyID: $0.keyID, fingerprint: $0.fingerprint)
      },
      agent: Agent.name
    )
  }
}
