import ObjectStore
import Refs

/// The refs of addresses, `refs/sources/<id>`, which registries with one address share.
enum SourceRefs {
  /// The ref of a normalised address.
  static func name(_ url: String) throws -> RefName {
    try RefName(parsing: "sources/\(ObjectID(hashing: Array(url.utf8)))")
  }

  /// What becomes of the refs of a registry's addresses when it goes: another registry that was synced from
  /// the same address takes them over, else they go as well.
  ///
  /// `url`: The address that is configured; those of the registry's snapshots count too.
  ///
  /// - Throws: `RefError`.
  static func updates(
    dropping registry: RefComponent,
    url: String?,
    _ roots: CacheRoots,
    in store: ObjectStore
  ) throws -> [RefUpdate] {
    var left = roots.registries
    let gone = left.removeValue(forKey: registry)
    var updates: [RefUpdate] = []
    for url in Set(
      [gone?.latest, gone?.current].compactMap { source(of: $0, in: store) } + [url].compactMap { $0 }
    )
    .sorted() {
      let ref = try name(url)
      guard roots.sources[ref] != nil else { continue }
      let heir = left.sorted { $0.key < $1.key }.compactMap(\.value.latest)
        .first { source(of: $0, in: store) == url }
      updates.append(RefUpdate(ref, expecting: .any, heir.map { .set($0) } ?? .delete))
    }
    return updates
  }

  private static func source(of snapshot: ObjectID?, in store: ObjectStore) -> String? {
    // try?: a snapshot that cannot be read names no address; whoever needs it reports it.
    snapshot.flatMap { try? store.readSnapshot($0).source }
  }
}
