import ObjectStore
import Refs
import RegistryModel

/// The registry's entry in `registry-lock.json`.
extension RegistryWriter {
  mutating func updateLockfile(_ words: LockWords, _ pin: PinChange = .keep) throws {
    // The lockfile is what a locked sync follows; it says so already.
    if options.isLocked { return }
    guard case .says(let snapshot) = words else { return }
    let remembered = try memory(beside: snapshot)
    try setEntry(
      LockEntry(
        snapshot,
        of: registry,
        key: key,
        after: remembered,
        isPinned: pin.isPinned(entry?.isPinned == true || lostPin)
      )
    )
  }

  /// The entry with what is to be remembered; where it remembers nothing, as another tool wrote it, with what the newest
  /// snapshot says that this machine vouches for.
  private mutating func memory(beside snapshot: Snapshot) throws -> LockEntry? {
    guard var entry, entry.highest == nil else {
      return if let entry { entry } else { try entryOfNewest(unless: snapshot) }
    }
    let newest = try entryOfNewest(unless: snapshot)
    entry.highest = newest?.highest
    entry.signers = entry.signers ?? newest?.signers
    return entry
  }

  /// Compares the entry with what was judged just now.
  ///
  /// - Returns: Warnings about fields that this sync is going to correct.
  /// - Throws: `SyncError.notAsLocked` where the entry is to be followed.
  func compareEntry(with offer: ManifestOffer, _ root: ObjectID) throws -> [SyncWarning] {
    guard let entry, entry.manifest == offer.id else { return [] }
    let found = entry.disagreements(
      with: LockedContent(url: registry.url, manifestID: offer.id, manifest: offer.manifest, tree: root)
    )
    guard !found.isEmpty else { return [] }
    if options.isLocked { throw SyncError.notAsLocked(name, .disagrees(found)) }
    // Another address is a decision of the user, and an entry of the Node tool is mentioned as such.
    let edited = found.filter { $0.field != "url" }
    return edited.isEmpty ? [] : [.lockEntryCorrected(edited)]
  }

  /// What a person must know of the entry that was found, or of the one that was written.
  var entryWarnings: [SyncWarning] {
    if options.isLocked { return [] }
    return (lostPin ? [.pinRestored] : []) + (entryNote.map { [.lockEntry($0)] } ?? [])
      + (losesCodes ? [.lockEntryLosesCodes] : [])
  }

  /// Replaces the entry that this operation knows.
  ///
  /// - Throws: As `ProjectFiles.changeEntry`.
  mutating func setEntry(_ new: LockEntry) throws {
    // Whoever has no key must not take away the codes of an entry that stays as it is.
    if key == nil, let entry, new.saysTheSame(as: entry) { return }
    losesCodes = key == nil && entry?.entryHMAC != nil
    entry = try ProjectFiles(of: registry).changeEntry(from: entry, to: new)
  }

  /// What the entry of the newest snapshot says, where there is none that could remember.
  private mutating func entryOfNewest(unless snapshot: Snapshot) throws -> LockEntry? {
    let id = try cache.refs.find(.synced(name.refComponent()))
    guard let id, try cache.store.readSnapshot(id).manifest != snapshot.manifest else { return nil }
    let newest: Snapshot
    do { newest = try beliefs().believe(id, as: .newest).stated } catch {
      // What nobody vouches for, or today's keys refuse, is not remembered.
      switch error {
      case ReadingError.unbelieved, ReadingError.untrusted: return nil
      default: throw error
      }
    }
    return try LockEntry(
      newest,
      of: registry,
      key: nil,
      after: nil,
      isPinned: false
    )
  }

  /// Remembers in the entry of a pinned registry what was fetched: the pin must not be a way to forget.
  mutating func raiseMemory(_ fetched: Snapshot) throws {
    if options.isLocked { return }
    guard var raised = entry else { return }
    let newest = try LockEntry(fetched, of: registry, key: key, after: entry, isPinned: false)
    raised.highest = newest.highest
    raised.signers = newest.signers
    raised.authenticate(with: key)
    try setEntry(raised)
  }
}
