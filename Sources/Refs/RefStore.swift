package import Disk
package import ObjectStore
import SystemPackage

/// Reads refs and reflogs of a cache.
///
/// Takes no lock and writes nothing, so it works on a read-only file system and concurrently with any writer. An
/// absent folder counts as empty. May be used from any thread.
package struct RefStore: Sendable {
  let cache: Folder

  /// `cache` is the folder `registry-cache`.
  package init(cache: Folder) {
    self.cache = cache
  }

  /// The value of a ref, or nil when the ref is absent.
  ///
  /// - Parameter ref: The ref to read.
  /// - Returns: The object id in the ref's file.
  /// - Throws: `RefError.malformedRef` for anything but 64 lower-case hex digits and a newline; `.disk`, also when a
  ///   link or a folder has the file's name.
  package func find(_ ref: RefName) throws(RefError) -> ObjectID? {
    guard let folder = try folder(RefsLayout.refs, ref.kind) else { return nil }
    return try Self.value(of: ref, in: folder)
  }

  /// The value of a ref that must exist.
  ///
  /// - Parameter ref: The ref to read.
  /// - Returns: The object id in the ref's file.
  /// - Throws: `RefError.absent`, and what `find` throws.
  package func read(_ ref: RefName) throws(RefError) -> ObjectID {
    guard let id = try find(ref) else { throw .absent(ref) }
    return id
  }

  /// All refs of one kind with their values, sorted by name.
  ///
  /// - Parameter kind: The folder to list.
  /// - Returns: An empty list for an absent folder; temporary files (`tmp_…`) are skipped.
  /// - Throws: `RefError.unexpectedFile` for an illegal name, because garbage collection uses this list and must not
  ///   overlook a ref. Otherwise what `find` throws.
  package func list(_ kind: RefName.Kind) throws(RefError) -> [(name: RefName, id: ObjectID)] {
    guard let folder = try folder(RefsLayout.refs, kind) else { return [] }
    var refs: [(name: RefName, id: ObjectID)] = []
    for component in try mapDiskError({ () throws(DiskError) in try folder.names() }) {
      let text = component.string
      if text.hasPrefix(StoreLayout.temporaryPrefix) { continue }
      // Which rule the name breaks does not matter. A name that is not UTF-8 differs from its decoded text.
      guard let ref = try? RefName(kind, text), RefsLayout.file(of: ref) == component else {
        throw .unexpectedFile(folder.path.appending(component))
      }
      // A ref that was removed between listing and reading is left out.
      if let id = try Self.value(of: ref, in: folder) { refs.append((ref, id)) }
    }
    return refs
  }

  /// All refs of all kinds with their values, kind by kind, each sorted by name.
  ///
  /// - Returns: What `list(_:)` returns of each kind.
  /// - Throws: What `list(_:)` throws.
  package func list() throws(RefError) -> [(name: RefName, id: ObjectID)] {
    var refs: [(name: RefName, id: ObjectID)] = []
    for kind in RefName.Kind.allCases { refs += try list(kind) }
    return refs
  }

  /// The attributes of a ref's file and of its reflog's file, of those that exist.
  ///
  /// - Throws: `RefError.disk`.
  package func attributes(of ref: RefName) throws(RefError) -> [FileAttributes] {
    var found: [FileAttributes] = []
    for top in [RefsLayout.refs, RefsLayout.logs] {
      guard let folder = try folder(top, ref.kind) else { continue }
      let attributes = try mapDiskError { () throws(DiskError) in
        try folder.findAttributes(RefsLayout.file(of: ref))
      }
      if let attributes { found.append(attributes) }
    }
    return found
  }

  /// The folder of one kind of refs in `refs` or `logs`, or nil when it is absent.
  func folder(_ top: FileName, _ kind: RefName.Kind) throws(RefError) -> Folder? {
    try mapDiskError { () throws(DiskError) in
      try cache.findFolder(top)?.findFolder(RefsLayout.folder(of: kind))
    }
  }

  private static func value(of ref: RefName, in folder: Folder) throws(RefError) -> ObjectID? {
    let file = RefsLayout.file(of: ref)
    let bytes: [UInt8]?
    do {
      bytes = try folder.findBytes(file, limit: fileSize)
    } catch  where error.code == .fileTooLarge {
      throw .malformedRef(folder.path.appending(file))
    } catch {
      throw .disk(error)
    }
    guard let bytes else { return nil }
    guard let id = decode(bytes) else { throw .malformedRef(folder.path.appending(file)) }
    return id
  }

  // MARK: The format of a ref's file

  /// 64 digits and a newline.
  private static let fileSize = 65

  static func encode(_ id: ObjectID) -> [UInt8] {
    Array("\(id)\n".utf8)
  }

  /// Decodes the content of a ref's file; nil for anything that `encode` does not write.
  static func decode(_ bytes: [UInt8]) -> ObjectID? {
    guard bytes.count == fileSize, bytes.last == UInt8(ascii: "\n") else { return nil }
    guard let id = ObjectID(hex: String(decoding: bytes.dropLast(), as: UTF8.self)) else { return nil }
    return id == .zero ? nil : id
  }
}

extension ObjectID {
  /// 64 zeros: in reflogs an absent ref, never an object.
  static let zero: ObjectID = {
    guard let id = ObjectID(hex: String(repeating: "0", count: 64)) else {
      preconditionFailure("64 zeros are an id")
    }
    return id
  }()
}

/// Runs disk calls and wraps their errors in `RefError.disk`.
func mapDiskError<Result: ~Copyable>(_ body: () throws(DiskError) -> Result) throws(RefError) -> Result {
  do {
    return try body()
  } catch {
    throw .disk(error)
  }
}
