import Disk
import SystemPackage

extension ObjectBatch {
  /// Adds an object of a pack that anybody may have made, verified and with its stream as it is stored there.
  ///
  /// `inspect` gets the payload of the very stream that is added, piece by piece; what it got is valid only when this
  /// returns, and what it throws ends the copying.
  ///
  /// - Returns: The size of the payload in bytes.
  /// - Throws: `ObjectStoreError.missing`, `.corrupt`, `.disk`; what `inspect` throws. Nothing was added then.
  @discardableResult
  package func copy(
    _ id: ObjectID,
    from pack: PackFile,
    limit: Int64,
    inspect: (RawSpan) throws -> Void = { _ in }
  ) throws -> Int64 {
    guard let found = pack.find(id) else { throw ObjectStoreError.missing(id) }
    var failure: (any Error)?
    do {
      return try copy(found, as: id, limit: limit) { (bytes) throws(DiskError) in
        do { try inspect(bytes) } catch {
          failure = error
          throw DiskError(.read, found.path, .canceled)
        }
      }
    } catch {
      throw failure ?? error
    }
  }

  /// Adds a stored copy of an object, verifying it.
  ///
  /// The stream of a pack is kept as it is, unless it is longer than any compressor makes it: anybody can make one that
  /// takes a gigabyte for a byte.
  func copy(
    _ found: StoredCopy,
    as id: ObjectID,
    limit: Int64,
    inspect: (RawSpan) throws(DiskError) -> Void
  ) throws(ObjectStoreError) -> Int64 {
    guard let stated = found.payloadBytes, found.byteCount <= ObjectDecoder.storedLimit(min(stated, limit))
    else {
      return try encode(found, as: id, limit: limit, inspect: inspect)
    }
    guard stated < Int64(ObjectWriter.heldBytes) else {
      return try keep(id, limit: min(stated, limit), inspect: inspect) { (output) throws(DiskError) in
        try found.forEachPiece { (piece) throws(DiskError) in try store.disk.write(piece, to: output) }
      }
    }
    let capacity = Int(min(stated, limit))
    let (stream, payload) = try ObjectDecoder.readStored(found, as: id, capacity: capacity)
    try ObjectStoreError.wrapping { () throws(DiskError) in try inspect(payload.span.bytes) }
    if !contains(id) { try write(as: id, size: payload.count) { _ in stream } }
    return Int64(payload.count)
  }

  /// Writes the payload of a copy anew, verifying it on the way.
  private func encode(
    _ found: StoredCopy,
    as id: ObjectID,
    limit: Int64,
    inspect: (RawSpan) throws(DiskError) -> Void
  ) throws(ObjectStoreError) -> Int64 {
    var writer = makeWriter()
    try ObjectDecoder.stream(found, as: id, size: nil, limit: limit) { (bytes) throws(DiskError) in
      try inspect(bytes)
      try writer.append(bytes)
    }
    let size = writer.byteCount
    try add(writer, expecting: id)
    return size
  }

  /// Makes an object file of a stream that `fill` writes; what is verified is the file that is kept.
  func keep(
    _ id: ObjectID,
    limit: Int64,
    inspect: (RawSpan) throws(DiskError) -> Void,
    fill: (borrowing WritableFile) throws(DiskError) -> Void
  ) throws(ObjectStoreError) -> Int64 {
    let disk = store.disk
    let temporary = TemporaryName.make()
    do throws(ObjectStoreError) {
      try ObjectStoreError.wrapping { () throws(DiskError) in
        try fill(try disk.createFile(temporary, in: quarantine, mode: 0o444))
      }
      let file = try ObjectStoreError.wrapping { () throws(DiskError) -> ReadableFile? in
        try quarantine.findFile(temporary)
      }
      guard let file else { throw .missing(id) }
      let size = try prove(StoredCopy(file), as: id, limit: limit, inspect: inspect)
      try ObjectStoreError.wrapping { () throws(DiskError) in
        try disk.rename(temporary, in: quarantine, to: QuarantineFile.name(id), in: quarantine)
      }
      try record(id, size: size)
      return size
    } catch {
      // The first failure is the one to report; garbage collection knows the file by its prefix.
      try? disk.removeFile(temporary, in: quarantine)
      throw error
    }
  }

  /// Verifies a copy of an object.
  ///
  /// - Returns: The size of its payload in bytes.
  func prove(
    _ found: StoredCopy,
    as id: ObjectID,
    limit: Int64,
    inspect: (RawSpan) throws(DiskError) -> Void
  ) throws(ObjectStoreError) -> Int64 {
    var size: Int64 = 0
    try ObjectDecoder.stream(found, as: id, size: nil, limit: limit) { (bytes) throws(DiskError) in
      try inspect(bytes)
      size += Int64(bytes.byteCount)
    }
    return size
  }
}
