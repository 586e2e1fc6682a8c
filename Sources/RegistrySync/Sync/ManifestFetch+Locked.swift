import Fetch
import ObjectStore
import RegistryModel

/// Getting the manifest that the lockfile names (DESIGN section 6).
extension ManifestFetch {
  /// The manifest that the lockfile names: from the store, or else from the source.
  func findLocked() async throws -> ManifestOffer {
    guard let entry = basis.lockEntry else {
      if case .refused(let field, let value) = basis.entryNote {
        throw SyncError.notAsLocked(source.name, .refusedEntry(field: field, value: value))
      }
      throw SyncError.notAsLocked(source.name, .missingEntry)
    }
    guard entry.url == source.location.text else {
      throw SyncError.notAsLocked(source.name, .otherURL(locked: entry.url))
    }
    let (bytes, isNewest): ([UInt8], Bool)
    do {
      (bytes, isNewest) = (try readHeld(entry.manifest), false)
    } catch ObjectStoreError.missing {
      observer(.manifest)
      (bytes, isNewest) = try await requestLocked(entry)
    }
    var offer = try judge(bytes, etag: nil)
    offer.mayBeOld = !isNewest
    return offer
  }

  /// Asks for the newest manifest, and where that is another one for the release of the locked one.
  private func requestLocked(_ entry: LockEntry) async throws -> (bytes: [UInt8], isNewest: Bool) {
    try await reader.inTurn(.manifest) { try await requestLocked(entry, from: $0) }
  }

  private func requestLocked(
    _ entry: LockEntry,
    from place: PlaceReader
  ) async throws -> (bytes: [UInt8], isNewest: Bool) {
    let limit = policy.limits.maxManifestBytes
    var found: ObjectID?
    for bypassCaches in isOnTheWeb ? [false, true] : [true] {
      let options = ReadOptions(maxBytes: limit, bypassCaches: bypassCaches)
      let bytes = try await place.read(.manifest, options: options) { BytesReceiver() }.receiver.bytes
      let id = ObjectID(hashing: bytes)
      if id == entry.manifest { return (bytes, true) }
      if found == nil, let release = try await place.findRelease(entry.manifest, limit: limit) {
        return (release, false)
      }
      found = id
    }
    throw SyncError.notAsLocked(
      source.name,
      .otherManifest(locked: entry.manifest, found: found ?? entry.manifest)
    )
  }
}
