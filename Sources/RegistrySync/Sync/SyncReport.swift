package import Audit
package import ObjectStore
package import RegistryModel
package import SystemPackage

/// What a sync did.
package struct SyncReport: Sendable {
  /// How it ended.
  package enum Outcome: Sendable {
    /// The publisher has nothing new.
    case upToDate
    /// A new snapshot is in use.
    case updated
    /// A new snapshot is stored; the registry is pinned and stays on the one in use.
    case fetched
  }

  /// The registry.
  package let registry: RegistryName
  /// How it ended.
  package let outcome: Outcome
  /// The newest snapshot.
  package let snapshot: ObjectID
  /// The manifest that was judged.
  package let manifest: ObjectID
  /// Its version.
  package let version: String
  /// The files that differ from the snapshot before.
  package let changes: [TreeChange]
  /// How many different files the publisher has.
  package let fileCount: Int
  /// How many of them were not downloaded.
  package let reusedCount: Int
  /// How many were downloaded.
  package let fetchedCount: Int
  /// Bytes of file content that were downloaded.
  package let fetchedBytes: Int64
  /// Bytes of file content that were there already.
  package let savedBytes: Int64
  /// What of it came in packs.
  package let packs: PackUse
  /// What was proven of the manifest's signatures.
  package let trust: TrustVerdict
  /// What the view of the snapshot in use lacks, sorted by path.
  package let withheld: [WithheldFile]
  /// What the registry's own address and its mirrors did, in the order of the source.
  package let places: [PlaceUse]
  /// What the user should know, though nothing failed.
  package let warnings: [SyncWarning]
  /// From the first request to the end.
  package let duration: Duration
}

/// Something that a user should know, though nothing failed.
package enum SyncWarning: Sendable {
  /// The catalog has an entry whose plugin file is not in the registry.
  case missingPluginFile(slug: String)
  /// The catalog has something that this version does not know.
  case catalog(CatalogWarning)
  /// The policy has something that is not supported.
  case policy(Policy.Warning)
  /// Something about signatures that a person should look at.
  case trust(TrustNote)
  /// Something about the lock entry that was found; it was written anew.
  case lockEntry(LockEntryNote)
  /// The entry had no pin any more, as another tool wrote it; the pin of this machine was put back.
  case pinRestored
  /// Fields of the lock entry were not right and were written anew.
  case lockEntryCorrected([LockDisagreement])
  /// The entry had codes of a key that is not here, and was written without them.
  case lockEntryLosesCodes
  /// Objects that were damaged or lost were fetched again.
  case healed(count: Int)
  /// The view differed from the snapshot in use and was written anew.
  case viewRestored(count: Int)
  /// The policy was changed after the view was written, which was written anew: so many files came into it and left it.
  case viewOfOtherPolicy(coming: Int, leaving: Int)
  /// The view was replaced file by file, because the file system cannot exchange folders.
  case viewNotExchanged
  /// The view's folder is mounted there, so it stayed, and its files were replaced one by one.
  case viewMounted(FilePath)
  /// An earlier version of a bundle was left out, because it would be refused.
  case historyRefused(version: String, any Error)
  /// The content audit found something that the policy does not refuse.
  case audit(AuditFinding)
  /// The content audit found so much more.
  case auditMore(warnings: Int, notes: Int)
  /// The content audit found so many critical things, for which a sync would be refused.
  case auditRefusal(count: Int)
  /// A place of the registry failed, and another one served.
  case place(PlaceUse)
  /// The host says that the registry is to be found at another of its addresses from now on.
  case moved(RegistryName, to: RegistryURL)
  /// A listed alternate cannot be opened.
  case alternateUnavailable(String)
  /// The policy names a shared store that the user's configuration does not list, so it is not used.
  case sharedStoreNotListed(String)
  /// The shared store cannot be read or filled; the sync itself is whole without it.
  case sharedStore(String, any Error)
}

/// What a running sync tells the person who waits.
package enum SyncProgress: Equatable, Sendable {
  /// Another process holds a lock.
  case waitingForLock
  /// Asking for the manifest.
  case manifest
  /// Proving what is held already.
  case checking
  /// Downloading; bytes are of file content.
  case downloading(done: Int, of: Int, bytes: Int64)
  /// Making objects durable and writing the view.
  case storing
}

/// Takes a sync's progress, from any thread.
package typealias SyncObserver = @Sendable (SyncProgress) -> Void
