import Disk
import Synchronization
import SystemPackage

extension ObjectBatch {
  /// How an object is taken from another store, the cheapest way first (DESIGN section 9).
  enum Borrowing {
    case clone, link, copy
  }

  /// Takes an object from an alternate, verifying it.
  ///
  /// Its file is cloned or hard-linked where that is possible, else it is copied, as from a pack; in each case this store
  /// keeps it if the alternate disappears. `inspect` gets the payload piece by piece; what it got is valid only when a size is
  /// returned. `restart` is called when that copy was damaged and another one is tried.
  ///
  /// - Returns: The size of the payload in bytes; nil when no alternate has an intact copy within the limit.
  /// - Throws: `ObjectStoreError.disk`.
  package func borrow(
    _ id: ObjectID,
    limit: Int64,
    inspect: (RawSpan) -> Void = { _ in },
    restart: () -> Void = {}
  ) throws(ObjectStoreError) -> Int64? {
    for place in try store.alternatePlaces() {
      if let size = try borrow(id, from: place, limit: limit, inspect: inspect, restart: restart) {
        return size
      }
    }
    return nil
  }

  /// Takes an object from another store, as `borrow` does from an alternate.
  ///
  /// - Returns: The size of the payload in bytes; nil when that store has no intact copy of its own within the limit.
  /// - Throws: `ObjectStoreError.disk`.
  @discardableResult
  package func borrow(
    _ id: ObjectID,
    from lender: ObjectStore,
    limit: Int64
  ) throws(ObjectStoreError) -> Int64? {
    try borrow(id, from: lender.own, limit: limit, inspect: { _ in }, restart: {})
  }

  private func borrow(
    _ id: ObjectID,
    from place: ObjectPlace,
    limit: Int64,
    inspect: (RawSpan) -> Void,
    restart: () -> Void
  ) throws(ObjectStoreError) -> Int64? {
    while true {
      let way = borrowing.withLock { $0[ObjectIdentifier(place)] ?? .clone }
      var damage: ObjectStoreError?
      do throws(ObjectStoreError) {
        // Damage or a refusal in the other store only means no object from there; a failure to write here is an
        // error.
        let size = try place.firstIntact(id, damage: &damage) { (found) throws(ObjectStoreError) -> Int64 in
          do throws(ObjectStoreError) {
            return switch way {
            case .clone where found.isFile: try clone(found, as: id, limit: limit, inspect: inspect)
            case .link where found.isLendable(to: group):
              try link(found, as: id, limit: limit, inspect: inspect)
            case .clone, .link, .copy: try copy(found, as: id, limit: limit, inspect: inspect)
            }
          } catch {
            restart()
            throw error
          }
        }
        return size
      } catch {
        guard error.isUnsupportedSharing else { throw error }
        // Not possible between these two folders, so it is not tried for the next object either.
        borrowing.withLock { $0[ObjectIdentifier(place)] = way == .clone ? .link : .copy }
      }
    }
  }

  /// Clones the other store's file, then verifies the clone, which is the file that is kept.
  private func clone(
    _ found: StoredCopy,
    as id: ObjectID,
    limit: Int64,
    inspect: (RawSpan) -> Void
  ) throws(ObjectStoreError) -> Int64 {
    try keep(id, limit: limit, inspect: inspect) { (output) throws(DiskError) in
      try store.disk.clone(found.source.file, into: output)
    }
  }

  /// Verifies the other store's file and makes a hard link to that open file, not to its name.
  ///
  /// A process with write access to the file can still change it later; reading detects that.
  private func link(
    _ found: StoredCopy,
    as id: ObjectID,
    limit: Int64,
    inspect: (RawSpan) -> Void
  ) throws(ObjectStoreError) -> Int64 {
    let size = try prove(found, as: id, limit: limit, inspect: inspect)
    do throws(DiskError) {
      try store.disk.link(found.source.file, to: QuarantineFile.name(id), in: quarantine)
    } catch {
      // It exists already: another thread adds the same object, and both files hold the same payload.
      guard error.code == .fileExists else { throw .disk(error) }
    }
    try record(id, size: size)
    return size
  }
}

extension StoredCopy {
  /// Whether a hard link to the file is safe: it belongs to this user, and nobody has write permission.
  ///
  /// `group`: The group that a copy would get. A link keeps the file's own group, so members of the other could not read it.
  fileprivate func isLendable(to group: UInt32?) -> Bool {
    let attributes = source.file.attributes
    guard isFile, attributes.owner == CurrentUser.id, attributes.mode & 0o7222 == 0 else { return false }
    return group.map { attributes.group == $0 && attributes.mode & 0o040 != 0 } ?? true
  }
}

extension ObjectStoreError {
  /// Whether two files cannot share blocks or a link, so that the object has to be copied.
  fileprivate var isUnsupportedSharing: Bool {
    guard case .disk(let error) = self else { return false }
    return [.clone, .link].contains(error.operation) && error.isUnsupported
  }
}
