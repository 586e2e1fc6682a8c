import Disk
import Synchronization
import SystemPackage

/// All packs of one `objects` folder (docs/FORMATS.md, section 2a).
///
/// The folder is listed and the indexes are read when the first object is looked for, and again when one is not found
/// and the folder has changed since; packs are opened when an object is read from them. A pack that is not whole counts
/// as absent.
final class PackedObjects: Sendable {
  /// The most packs that are searched; whoever can write to the cache can make as many as he likes.
  static let maximumPacks = 512
  /// The most bytes of indexes that are held in memory: those of four million objects.
  private static let maximumIndexBytes = 224 << 20
  /// A process may be limited to 64 open files.
  private static let maximumOpenPacks = 8

  /// A pack with an index that could be read.
  struct Pack: Sendable {
    let index: PackIndex
    /// The attributes of the index's file.
    let attributes: FileAttributes
  }

  /// What the folder has.
  struct Listing: Sendable {
    var packs: [Pack] = []
    /// Indexes that cannot be used, and why.
    var unusable: [FileName: PackProblem] = [:]
    /// Files that belong to no index, by name.
    var strangers: [FileName] = []
    fileprivate var attributes: FileAttributes?
    fileprivate var names: [FileName] = []
  }

  private struct State: Sendable {
    var listing: Listing?
    /// Open packs, the one that was used last at the end.
    var open: [PackFile] = []
    /// Why packs could not be opened.
    var refused: [ObjectID: PackProblem] = [:]
  }

  private let objects: Folder
  private let state = Mutex(State())

  init(in objects: Folder) {
    self.objects = objects
  }

  /// The folder of the packs; nil when there is none.
  func findFolder() throws(DiskError) -> Folder? {
    do { return try objects.findFolder(StoreLayout.pack) } catch {
      // A link or a file of that name is no folder of packs.
      guard error.isWrongKind else { throw error }
      return nil
    }
  }

  /// Opens the folder of the packs, making it where it is missing; another kind of file of that name goes.
  func ensureFolder(_ disk: any Disk) throws(DiskError) -> Folder {
    do { return try disk.ensureFolder(StoreLayout.pack, in: objects) } catch {
      guard error.isWrongKind else { throw error }
      try disk.removeFile(StoreLayout.pack, in: objects)
      return try disk.ensureFolder(StoreLayout.pack, in: objects)
    }
  }

  /// The packs whose indexes could be read, by name.
  func packs() throws(DiskError) -> [Pack] { try listing().packs }

  /// What the folder had when it was looked at.
  func listing() throws(DiskError) -> Listing {
    try state.withLock { (state) throws(DiskError) in
      if let known = state.listing { return known }
      let fresh = try list(nil)
      state.listing = fresh
      return fresh
    }
  }

  /// Looks at the folder again if it may have changed.
  ///
  /// - Returns: Whether there are other files now.
  func refresh() throws(DiskError) -> Bool {
    try state.withLock { (state) throws(DiskError) in
      let known = state.listing
      let attributes = try findFolder()?.attributes()
      if let known, known.attributes == attributes, attributes?.isSettled ?? true { return false }
      let fresh = try list(known)
      state.listing = fresh
      return fresh.names != (known?.names ?? [])
    }
  }

  /// Drops everything that was read; the next look begins anew.
  func forget() {
    state.withLock { $0 = State() }
  }

  /// The ids of all packed objects, unsorted, some perhaps twice.
  func ids() throws(DiskError) -> [ObjectID] { try packs().flatMap(\.index.ids) }

  /// Opens the pack of an index; nil where there is none that belongs to it.
  ///
  /// - Throws: `DiskError` for lack of resources of this process.
  func open(_ pack: Pack) throws(DiskError) -> PackFile? {
    try state.withLock { (state) throws(DiskError) in
      let hash = pack.index.pack
      if let number = state.open.lastIndex(where: { $0.index.pack == hash }) {
        let found = state.open[number]
        if number < state.open.count - 1 { state.open.append(state.open.remove(at: number)) }
        return found
      }
      guard state.refused[hash] == nil else { return nil }
      do {
        let opened = try openFile(pack)
        if state.open.count >= Self.maximumOpenPacks { state.open.removeFirst() }
        state.open.append(opened)
        return opened
      } catch {
        state.refused[hash] = try Self.problem(error)
        return nil
      }
    }
  }

  /// The attributes of a pack's file, and when it or its index last changed; nil where one of them is not there.
  func findAttributes(_ pack: ObjectID) throws(DiskError) -> FileAttributes? {
    guard let folder = try findFolder(), let file = try folder.findAttributes(StoreLayout.pack(pack)),
      let index = try folder.findAttributes(StoreLayout.packIndex(pack)), index.kind == .file
    else { return nil }
    return file.part(of: file.size, changedAt: index.changeTime)
  }

  /// Why an object's pack cannot be used; nil where it can.
  func findProblem(_ pack: Pack) throws(DiskError) -> PackProblem? {
    if try open(pack) != nil { return nil }
    return state.withLock { $0.refused[pack.index.pack] }
  }

  /// The path of a file of the folder; for messages only.
  func path(_ name: FileName) -> FilePath { objects.path.appending([StoreLayout.pack, name]) }

  private func openFile(_ pack: Pack) throws -> PackFile {
    let name = StoreLayout.pack(pack.index.pack)
    guard let file = try findFolder()?.findFile(name) else { throw PackProblem.noPack }
    return try PackFile(file, index: pack.index)
  }

  // MARK: Listing

  /// Lists the folder, keeping what is known of indexes that are still there.
  private func list(_ known: Listing?) throws(DiskError) -> Listing {
    var listing = Listing()
    guard let folder = try findFolder() else { return listing }
    // Before the names: what comes while they are read changes the folder again.
    listing.attributes = try folder.attributes()
    listing.names = try folder.names()
    let indexes = listing.names.compactMap { name in StoreLayout.findPack(ofIndex: name).map { (name, $0) } }
    var names = Set(listing.names)
    let old = Dictionary(uniqueKeysWithValues: (known?.packs ?? []).map { ($0.index.pack, $0) })
    var room = Self.maximumIndexBytes
    for (name, hash) in indexes {
      let pack = StoreLayout.pack(hash)
      guard names.contains(pack) else { continue }
      names.subtract([name, pack])
      do {
        guard listing.packs.count < Self.maximumPacks else {
          throw PackProblem.tooManyPacks(limit: Self.maximumPacks)
        }
        let found = try old[hash] ?? Self.read(name, of: hash, in: folder, limit: room)
        room -= found.index.bytes.count
        listing.packs.append(found)
      } catch {
        listing.unusable[name] = try Self.problem(error)
      }
    }
    listing.strangers = listing.names.filter(names.contains)
    return listing
  }

  private static func read(
    _ name: FileName,
    of hash: ObjectID,
    in folder: Folder,
    limit: Int
  ) throws -> Pack {
    guard let file = try folder.findFile(name) else { throw PackProblem.badIndex }
    guard file.attributes.size <= limit else { throw PackProblem.tooLarge(limit: Int64(limit)) }
    let index = try PackIndex(parsing: try file.readAll(limit: limit))
    guard index.pack == hash else { throw PackProblem.wrongHash }
    return Pack(index: index, attributes: file.attributes)
  }

  private static func problem(_ error: any Error) throws(DiskError) -> PackProblem {
    switch error {
    case let problem as PackProblem: return problem
    case let problem as DiskError where problem.isOfTheProcess: throw problem
    case let problem as DiskError: return .unreadable(problem)
    default: return .badIndex
    }
  }
}
