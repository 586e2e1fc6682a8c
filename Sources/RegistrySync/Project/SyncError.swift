package import Audit
package import Disk
package import Fetch
package import Formats
package import ObjectStore
package import Refs
package import RegistryModel
package import SystemPackage

/// What went wrong in this module, as data; `mmdos` makes the words and the exit code.
package enum SyncError: Error, Sendable {
  /// Why a folder is not used.
  package enum UnsafeReason: Equatable, Sendable {
    case ownedByAnotherUser, writableByEveryone
  }

  /// No folder upward from here holds `.ai`.
  case noProject(FilePath)

  /// Someone else controls the folder (DESIGN section 1, rule 9).
  case unsafeFolder(FilePath, UnsafeReason)

  /// The cache was made by another version, or is not one.
  case unknownCacheFormat(FilePath, found: String?)

  /// A file that people edit does not parse or holds a wrong value.
  case invalidFile(FilePath, TextProblem)

  /// The name is not one a registry may have.
  case invalidName(String, RegistryNameProblem)

  /// No source has that name.
  case unknownRegistry(String, known: [String])

  /// A source of that name, ignoring case, is there already.
  case registryExists(String)

  /// The registry has not been synced yet.
  case neverSynced(RegistryName)

  /// The address is not one a registry may have.
  case invalidURL(String, URLProblem)

  /// The policy, or the source's own settings, forbid it.
  case refused(PolicyRefusal)

  /// The registry's manifest breaks a rule.
  case invalidManifest(source: String, ManifestProblem)

  /// The registry's catalog does not parse.
  case invalidCatalog(source: String, CatalogProblem)

  /// What was served under a path is not what the manifest states.
  case wrongContent(url: String, expected: ObjectID, found: ObjectID)

  /// A file begins like a program or a script.
  case refusedContent(path: ManifestPath, ContentKind)

  /// All files of the snapshot together, or one of them, are larger than the policy allows; in bytes.
  case tooLarge(path: ManifestPath?, limit: Int64)

  /// The manifest itself is larger than the policy allows; in bytes.
  case manifestTooLarge(source: String, limit: Int64)

  /// The manifest is not the one that was reviewed.
  case unexpectedManifest(expected: String, found: ObjectID)

  /// A request failed for good.
  case fetch(FetchError)

  /// A file of a registry of type `local` could not be read.
  case localSource(DiskError)

  /// Without a network: no snapshot of the registry is held here or lent, or a file of the newest is not.
  case notHeld(RegistryName, path: ManifestPath?)

  /// No file of the registry has that path.
  case noSuchFile(RegistryName, path: String)

  /// A path given on the command line is not one a registry can hold.
  case invalidPath(String, PathProblem)

  /// The manifest is not taken: its signatures, its place in history, or its age (DESIGN section 8).
  case untrusted(RegistryName, TrustRefusal)

  /// The content audit found what the policy does not take (DESIGN section 5, `audit: deny`).
  case audit(RegistryName, AuditRefusal)

  /// The project's own key cannot be used.
  case projectKey(FilePath, ProjectKeyProblem)

  /// The project has no key of its own, and one is needed.
  case noProjectKey

  /// An entry of the lockfile was changed, or made with another key: the named code does not match.
  case forgedLockEntry(RegistryName, field: String)

  /// `--locked`, or a pin, asks for the lockfile's state, and it cannot be put in use.
  case notAsLocked(RegistryName, LockedProblem)

  /// The lockfile has no entry, or one that does not match, where the policy asks for it.
  case provenance(RegistryName, ProvenanceProblem)

  /// The view kept changing while it was being read.
  case keepsChanging(RegistryName)

  /// The trust store is not changed as asked, or a key is not taken.
  case trustStore(TrustStoreProblem)

  /// A file with a private key is not used or written.
  case keyFile(FilePath, KeyFileProblem)

  /// A file is no bundle, not a whole one, or not one of a configured source.
  case bundle(FilePath, BundleProblem)

  /// A folder is no vendored registry, or may not become one.
  case vendor(FilePath, VendorProblem)

  /// A folder to publish breaks a rule.
  case publish(PublishProblem)

  /// Garbage is not collected, because an object that leads on to others cannot be read.
  case cannotCollect(ObjectStoreError)

  /// A folder is not linked as an alternate, or not unlinked.
  case alternate(FilePath, AlternateProblem)

  /// No shared store is named, or there is none.
  case noSharedStore(FilePath?)

  /// A plugin is not found, not installed, or not removed.
  case plugin(PluginFailure)

  case store(ObjectStoreError)
  case refs(RefError)
  case disk(DiskError)
}

/// What the content audit found that is refused.
package struct AuditRefusal: Equatable, Sendable {
  /// The manifest that names the files; it and they are kept in the store, so that they can be looked at.
  package let manifest: ObjectID
  /// The first critical finding.
  package let first: AuditFinding
  /// How many critical findings there are.
  package let count: Int

  /// Describes a refusal.
  package init(manifest: ObjectID, first: AuditFinding, count: Int) {
    self.manifest = manifest
    self.first = first
    self.count = count
  }
}

/// Why the lockfile's state cannot be put in use.
package enum LockedProblem: Equatable, Sendable {
  /// The lockfile has no entry for the registry.
  case missingEntry
  /// The entry is about another address than `sources.yaml` names.
  case otherURL(locked: String)
  /// The publisher serves another manifest, and the locked one is not held.
  case otherManifest(locked: ObjectID, found: ObjectID)
  /// The entry pins the registry to a manifest, nothing is in use here yet, and the publisher has another one.
  case pinned(locked: ObjectID, found: ObjectID)

  /// Whether it is a pin that stands in the way, not `--locked`.
  package var isAboutPin: Bool {
    if case .pinned = self { true } else { false }
  }
}

/// How a lockfile entry disagrees with the store.
package enum ProvenanceProblem: Equatable, Sendable {
  case missingEntry
  /// The named field of the entry is not what the snapshot in use says.
  case mismatch(field: String)
}

/// Why a folder is not linked as an alternate, or not unlinked.
package enum AlternateProblem: Equatable, Sendable {
  /// Neither a project with a cache, nor a cache, nor a folder of objects.
  case notAStore
  /// It is this project's own store.
  case itself
  /// The store takes from it already.
  case alreadyLinked
  /// The store does not take from it.
  case notLinked
  /// Its path has a line break, or is not UTF-8.
  case unwritablePath
}

extension SyncError {
  /// Runs disk calls, so that their failures are of this module's kind.
  static func wrapping<Result: ~Copyable>(
    _ body: () throws(DiskError) -> Result
  ) throws(SyncError) -> Result {
    do { return try body() } catch { throw .disk(error) }
  }

  /// Runs object-store calls, so that their failures are of this module's kind.
  static func storing<Result>(
    _ body: () throws(ObjectStoreError) -> Result
  ) throws(SyncError) -> Result {
    do { return try body() } catch { throw .store(error) }
  }

  /// Runs ref calls, so that their failures are of this module's kind.
  static func referring<Result: ~Copyable>(
    _ body: () throws(RefError) -> Result
  ) throws(SyncError) -> Result {
    do { return try body() } catch { throw .refs(error) }
  }

  /// Asks policy and source whether the source may be synced and read.
  package static func checkUse(of source: Source, _ policy: Policy) throws(SyncError) {
    do { try policy.checkUse(of: source) } catch { throw .refused(error) }
  }

  /// Runs a parser of a project's file, so that its failure names the file.
  static func parsing<Result>(
    _ path: FilePath,
    _ body: () throws(TextProblem) -> Result
  ) throws(SyncError) -> Result {
    do { return try body() } catch { throw .invalidFile(path, error) }
  }
}
