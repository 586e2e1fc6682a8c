import Disk
import Formats
import ObjectStore
import RegistryModel
import SystemPackage

/// The files that `publish` makes beside the manifest, in a published folder.
struct OfferFolder {
  /// A manifest that was published.
  struct Release: Sendable {
    let id: ObjectID
    let version: SemanticVersion
    let generatedAt: Timestamp

    init(_ manifest: Manifest, id: ObjectID) {
      self.id = id
      version = manifest.version
      generatedAt = manifest.generatedAt
    }
  }

  /// The folders of the manifests that were published, and of the packs.
  private static let releases = StoreLayout.component(OfferedFile.releases)
  static let packs = StoreLayout.component(OfferedFile.packs)

  let folder: Folder
  let disk: any Disk

  /// Whether `publish` made a file of that name, be it in use or left by a publication that was killed.
  static func owns(_ name: FileName, at folders: [FileName]) -> Bool {
    if OfferedFile((folders + [name]).map(\.string)) != nil { return true }
    return folders.count == 1 && isOurs(folders[0]) && TemporaryName.isOne(name)
  }

  /// Whether it is the name of one of our folders at the root.
  static func isOurs(_ folder: FileName) -> Bool {
    folder == releases || folder == packs
  }

  // MARK: Releases

  /// The manifests that were published, the newest first; what is wrong with the others becomes a problem.
  ///
  /// - Throws: `DiskError`.
  func readReleases(_ problems: inout [PublishProblem]) throws -> [Release] {
    guard let releases = try folder.findFolder(Self.releases) else { return [] }
    var found: [Release] = []
    for name in try releases.names() {
      guard case .release(let id) = OfferedFile([OfferedFile.releases, name.string]),
        try releases.findAttributes(name)?.kind == .file
      else { continue }
      try Cancellation.check()
      if let release = try readRelease(id, name, in: releases) {
        found.append(release)
      } else {
        problems.append(.badRelease(path: OfferedFile.release(id).path))
      }
    }
    return found.sorted(by: Self.isNewer)
  }

  /// Newer releases come first; the id decides where a clock was set back and a version was published twice.
  static func isNewer(_ first: Release, _ second: Release) -> Bool {
    if first.generatedAt != second.generatedAt { return first.generatedAt > second.generatedAt }
    return (first.version, first.id) > (second.version, second.id)
  }

  /// Nil where the file is not the manifest that its name says.
  private func readRelease(_ id: ObjectID, _ name: FileName, in releases: Folder) throws -> Release? {
    try findManifest(name, id, in: releases).map { Release($0, id: id) }
  }

  /// A manifest that was published; nil where it is not kept.
  ///
  /// - Throws: `DiskError`.
  func findManifest(_ id: ObjectID) throws -> Manifest? {
    let releases = try folder.findFolder(Self.releases)
    return try releases.flatMap { try findManifest(Self.name(ofRelease: id), id, in: $0) }
  }

  private func findManifest(_ name: FileName, _ id: ObjectID, in releases: Folder) throws -> Manifest? {
    let bytes: [UInt8]?
    do {
      bytes = try releases.findBytes(name, limit: ManifestRules.held.maxBytes)
    } catch  where error.code == .fileTooLarge {
      return nil
    }
    guard let bytes, ObjectID(hashing: bytes) == id else { return nil }
    // try?: a manifest of a later version of the format is none for us either.
    return try? Manifest.parse(bytes, rules: .held)
  }

  /// Keeps the bytes of a manifest; they are durable when this returns.
  ///
  /// - Throws: `DiskError`.
  func addRelease(_ bytes: [UInt8]) throws(DiskError) {
    let name = Self.name(ofRelease: ObjectID(hashing: bytes))
    let releases = try disk.ensureFolder(Self.releases, in: folder)
    // A file of that name was read before, and found right.
    if try releases.findAttributes(name) == nil {
      try AtomicFile(disk: disk).replace(name, in: releases, with: bytes)
      try disk.synchronize(folder)
    }
  }

  /// Removes these releases, and what a killed publication left.
  ///
  /// - Throws: `DiskError`; some are removed already then.
  func removeReleases(_ old: [Release]) throws {
    guard let releases = try folder.findFolder(Self.releases) else { return }
    for name in try releases.names() where TemporaryName.isOne(name) {
      try disk.removeFile(name, in: releases)
    }
    for release in old { try disk.removeFile(Self.name(ofRelease: release.id), in: releases) }
    if !old.isEmpty { try disk.synchronize(releases) }
  }

  private static func name(ofRelease id: ObjectID) -> FileName {
    StoreLayout.component(OfferedFile.release(id).names[1])
  }
}
