import Disk
import Synchronization
import SystemPackage

extension ObjectBatch {
  /// How an object is taken from a lender, the cheapest way first (DESIGN section 9).
  enum Borrowing {
    case clone, link, copy
  }

  /// Takes an object from an alternate, proving it on the way.
  ///
  /// Cloned or hard-linked where that can be, else copied: either way our own, whatever becomes of the
  /// lender. `inspect` gets the payload piece by piece; what it saw counts only when a size is returned.
  /// `restart` is called when that was damaged and another copy is tried.
  ///
  /// - Returns: The size of the payload in bytes; nil when no alternate has a good copy within the limit.
  /// - Throws: `ObjectStoreError.disk`.
  package func borrow(
    _ id: ObjectID,
    limit: Int64,
    inspect: (RawSpan) -> Void = { _ in },
    restart: () -> Void = {}
  ) throws(ObjectStoreError) -> Int64? {
    for place in store.alternates.places {
      if let size = try borrow(id, from: place, limit: limit, inspect: inspect, restart: restart) {
        return size
      }
    }
    return nil
  }

  /// Takes an object from another store, as from an alternate.
  ///
  /// - Returns: The size of the payload in bytes; nil when that store has no good copy of its own.
  /// - Throws: `ObjectStoreError.disk`.
  @discardableResult
  package func borrow(_ id: ObjectID, from lender: ObjectStore) throws(ObjectStoreError) -> Int64? {
    try borrow(id, from: lender.loose, limit: .max, inspect: { _ in }, restart: {})
  }

  private func borrow(
    _ id: ObjectID,
    from place: LooseObjects,
    limit: Int64,
    inspect: (RawSpan) -> Void,
    restart: () -> Void
  ) throws(ObjectStoreError) -> Int64? {
    while true {
      let way = borrowing.withLock { $0[ObjectIdentifier(place)] ?? .clone }
      do {
        guard let file = try place.findFile(id) else { return nil }
        return switch way {
        case .clone: try clone(file, as: id, limit: limit, inspect: inspect)
        case .link where file.isLendable: try link(file, as: id, limit: limit, inspect: inspect)
        case .link, .copy: try copy(file, as: id, limit: limit, inspect: inspect)
        }
      } catch {
        restart()
        // The lender's damage or refusal is not ours; a failure to write here is.
        if error.isOfOneCopy { return nil }
        guard error.isUnsupportedSharing else { throw error }
        // Not between these two folders; nor will it be for the next object.
        borrowing.withLock { $0[ObjectIdentifier(place)] = way == .clone ? .link : .copy }
      }
    }
  }

  /// Shares the content of the lender's file, then proves the clone: what is proven is what is kept.
  private func clone(
    _ file: borrowing ReadableFile,
    as id: ObjectID,
    limit: Int64,
    inspect: (RawSpan) -> Void
  ) throws(ObjectStoreError) -> Int64 {
    let disk = store.disk
    let temporary = TemporaryName.make()
    do throws(ObjectStoreError) {
      try ObjectStoreError.wrapping { () throws(DiskError) in
        let output = try disk.createFile(temporary, in: quarantine, mode: 0o444)
        try disk.clone(file, into: output)
      }
      let cloned = try ObjectStoreError.wrapping { () throws(DiskError) -> ReadableFile? in
        try quarantine.findFile(temporary)
      }
      guard let cloned else { throw .missing(id) }
      let size = try prove(cloned, as: id, limit: limit, inspect: inspect)
      try ObjectStoreError.wrapping { () throws(DiskError) in
        try disk.rename(temporary, in: quarantine, to: QuarantineFile.name(id), in: quarantine)
      }
      try record(id, size: size)
      return size
    } catch {
      // The first failure is the one to report; what stays has a name that says what it is.
      try? disk.removeFile(temporary, in: quarantine)
      throw error
    }
  }

  /// Proves the lender's file and gives that very file, not its name, one more name here.
  ///
  /// Whoever may write to it can still change it later; that is found out when it is read.
  private func link(
    _ file: borrowing ReadableFile,
    as id: ObjectID,
    limit: Int64,
    inspect: (RawSpan) -> Void
  ) throws(ObjectStoreError) -> Int64 {
    let size = try prove(file, as: id, limit: limit, inspect: inspect)
    do throws(DiskError) {
      try store.disk.link(file, to: QuarantineFile.name(id), in: quarantine)
    } catch {
      // There already: another thread brings the same object, and either file has its bytes.
      guard error.code == .fileExists else { throw .disk(error) }
    }
    try record(id, size: size)
    return size
  }

  /// Writes the payload anew, proving it as it comes.
  private func copy(
    _ file: borrowing ReadableFile,
    as id: ObjectID,
    limit: Int64,
    inspect: (RawSpan) -> Void
  ) throws(ObjectStoreError) -> Int64 {
    var writer = makeWriter()
    try ObjectDecoder.stream(file, as: id, size: nil, limit: limit) { (bytes) throws(DiskError) in
      inspect(bytes)
      try writer.append(bytes)
    }
    let size = writer.byteCount
    try add(writer, expecting: id)
    return size
  }

  private func prove(
    _ file: borrowing ReadableFile,
    as id: ObjectID,
    limit: Int64,
    inspect: (RawSpan) -> Void
  ) throws(ObjectStoreError) -> Int64 {
    var size: Int64 = 0
    try ObjectDecoder.stream(file, as: id, size: nil, limit: limit) { (bytes) throws(DiskError) in
      inspect(bytes)
      size += Int64(bytes.byteCount)
    }
    return size
  }
}

extension ReadableFile {
  /// Whether the file may be shared by a link: ours, and nobody may write to it without changing its mode.
  fileprivate var isLendable: Bool {
    attributes.owner == CurrentUser.id && attributes.mode & 0o7222 == 0
  }
}

extension ObjectStoreError {
  /// Whether two files cannot share content or a link, so that copying is the way to go.
  fileprivate var isUnsupportedSharing: Bool {
    guard case .disk(let error) = self else { return false }
    return [.clone, .link].contains(error.operation) && error.isUnsupported
  }
}
