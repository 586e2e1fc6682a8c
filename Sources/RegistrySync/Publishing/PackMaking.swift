import Disk
import ObjectStore
import RegistryModel
import SystemPackage

/// Makes the packs that lead to a new release, and from it to the ones before (docs/FORMATS.md, section 11).
struct PackMaking {
  /// From how many of the releases before there is a pack to the newest one.
  static let deltaReleases = 5

  let offers: OfferFolder
  let content: RegistryFolder
  /// The new manifest.
  let manifest: Manifest
  let id: ObjectID
  let limits: Limits
  private let packs: Folder

  /// The files of the new release, each content once.
  private let files: [RegistryFolder.File]

  /// - Throws: `DiskError`.
  init(
    _ offers: OfferFolder,
    _ content: RegistryFolder,
    _ manifest: Manifest,
    id: ObjectID,
    limits: Limits
  ) throws {
    self.offers = offers
    self.content = content
    self.manifest = manifest
    self.id = id
    self.limits = limits
    packs = try offers.ensurePacks()
    var known: Set<ObjectID> = []
    files = content.files.filter { known.insert($0.id).inserted }
  }

  /// A pack of all files of the new release.
  ///
  /// - Throws: `PublishProblems` where a file changed meanwhile; `DiskError`.
  func makeFull() throws -> PackList.Step {
    PackList.Step(to: id, from: nil, pack: try makePack(of: files))
  }

  /// A pack of what the new release has and an older one has not; nil where it saves clients little.
  ///
  /// - Throws: As `makeFull`.
  func makeDelta(from older: Manifest, id olderID: ObjectID) throws -> PackList.Step? {
    let held = Set(older.entries.map(\.id))
    let new = files.filter { !held.contains($0.id) }
    // Clients ask for no pack for a few files, and the full one is as good where nearly all are new.
    guard new.isEmpty || new.count >= PackRoute.minFiles && new.count <= files.count / 4 * 3 else {
      return nil
    }
    return PackList.Step(to: id, from: olderID, pack: try makePack(of: new))
  }

  /// A pack of what the release before has and the new one has not; nil where its objects are not at hand.
  ///
  /// `list`: The packs that were offered with the release before.
  ///
  /// - Throws: `DiskError`.
  func makeBack(to older: Manifest, id olderID: ObjectID, _ list: PackList) throws -> PackList.Step? {
    let held = Set(files.map(\.id))
    let gone = Set(older.entries.map(\.id)).subtracting(held).sorted()
    if gone.isEmpty { return PackList.Step(to: olderID, from: id, pack: nil) }
    let full = list.steps.first { $0.to == olderID && $0.from == nil }?.pack
    guard let full, let source = try offers.openPack(full, limits: limits),
      gone.allSatisfy(source.contains)
    else { return nil }
    let limit = max(limits.maxFileBytes, limits.maxManifestBytes)
    let pack = try makePack { writer in
      var size: Int64 = 0
      for id in gone {
        try Cancellation.check()
        let payload = try source.read(id, limit: limit)
        size += Int64(payload.count)
        try writer.add(payload)
      }
      return size
    }
    return PackList.Step(to: olderID, from: id, pack: pack)
  }

  private func makePack(of files: [RegistryFolder.File]) throws -> PackList.Pack? {
    if files.isEmpty { return nil }
    return try makePack { writer in
      for file in files {
        try Cancellation.check()
        let names = file.path.components.map { StoreLayout.component($0) }
        let bytes = try content.folder.findFolder(at: names.dropLast())?
          .findBytes(StoreLayout.component(file.path.name), limit: Int(file.size))
        guard let bytes, try writer.add(bytes) == file.id else {
          throw PublishProblems([.changedMeanwhile(path: file.path.description)])
        }
      }
      return files.map(\.size).clampedSum()
    }
  }

  /// Writes a pack under its name; `fill` returns how many bytes its objects have.
  private func makePack(_ fill: (inout PackWriter) throws -> Int64) throws -> PackList.Pack {
    let temporary = TemporaryName.make()
    var writer = try PackWriter(temporary, in: packs, disk: offers.disk)
    let payloadBytes = try fill(&writer)
    let count = writer.count
    let index = try writer.finish()
    let name = StoreLayout.component(OfferedFile.pack(index.pack).names[1])
    do {
      let bytes = try packs.findAttributes(temporary)?.size ?? 0
      try offers.disk.rename(temporary, in: packs, to: name, in: packs)
      return PackList.Pack(
        id: index.pack,
        bytes: bytes,
        objects: Int64(count),
        payloadBytes: payloadBytes
      )
    } catch {
      // What cannot be removed is known by its name, and goes with the next publication.
      try? offers.disk.removeFile(temporary, in: packs)
      throw error
    }
  }

  /// Makes the names of the packs durable.
  ///
  /// - Throws: `DiskError`.
  func synchronize() throws(DiskError) {
    try offers.disk.synchronize(packs)
    try offers.disk.synchronize(offers.folder)
  }
}
