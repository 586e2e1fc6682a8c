import Disk
import Fetch
import ObjectStore
import RegistryModel
import Synchronization

/// Receives a pack, and keeps of its objects those that are wanted.
struct PackReceiver: ~Copyable {
  private var stream: PackStream
  private var objects: PackObjects

  init(_ wanted: [ObjectID: WantedFile], _ download: Download, within limits: PackScan.Limits) {
    stream = PackStream(within: limits)
    objects = PackObjects(wanted: wanted, download: download)
  }

  mutating func receive(_ bytes: RawSpan) throws {
    try stream.receive(bytes, into: &objects)
  }

  /// What came of a pack.
  struct Result {
    /// The sizes of the files that are kept, in bytes.
    let sizes: [ObjectID: Int64]
    /// How many objects it had, wanted or not, and how many bytes they have.
    let objectCount: Int
    let totalBytes: Int64
    /// Why it ended early, if it did.
    let problem: PackProblem?
  }

  /// Ends the pack, also where it ended too early.
  ///
  /// - Throws: What keeping the files throws.
  consuming func finish() throws -> Result {
    var problem: PackProblem?
    do { try stream.finish(into: &objects) } catch let error as PackProblem { problem = error }
    try objects.flush()
    return Result(
      sizes: objects.sizes,
      objectCount: stream.objectCount,
      totalBytes: stream.totalBytes,
      problem: problem
    )
  }
}

/// Passes the wanted objects of a pack through the door of downloaded files, several at a time.
private struct PackObjects: PackSink, ~Copyable {
  /// Files up to this size in bytes are kept in memory; larger ones are written as they arrive.
  private static let bufferLimit = 256 << 10
  /// How many bytes wait for the others before they are worked on together.
  private static let waitingLimit = 1 << 20
  /// The same for very small files.
  private static let waitingCount = 256

  let wanted: [ObjectID: WantedFile]
  let download: Download
  /// The files that are kept.
  private(set) var sizes: [ObjectID: Int64] = [:]

  /// The files that were passed on; a pack that brings one twice brings it once.
  private var taken: Set<ObjectID> = []
  private var size: Int64 = 0
  private var buffer: [UInt8] = []
  /// Takes an object that is too long for memory.
  private var writer: ObjectWriter?
  private var detector = ContentDetector()
  private var waiting: [(file: WantedFile, bytes: [UInt8])] = []
  private var waitingBytes = 0

  init(wanted: [ObjectID: WantedFile], download: Download) {
    self.wanted = wanted
    self.download = download
  }

  mutating func receive(_ bytes: RawSpan) throws {
    size += Int64(bytes.byteCount)
    if writer == nil, buffer.count + bytes.byteCount <= Self.bufferLimit {
      bytes.withUnsafeBytes { buffer.append(contentsOf: $0) }
      return
    }
    if writer == nil {
      writer = download.batch.makeWriter()
      let start = buffer
      detector.append(start.span.bytes)
      try writer?.write(start.span.bytes)
      buffer = []
    }
    detector.append(bytes)
    try writer?.write(bytes)
  }

  mutating func finish(_ id: ObjectID) throws {
    let (bytes, shape, size) = (buffer, detector.finish(), self.size)
    let long = writer.take()
    (buffer, detector, self.size) = ([], ContentDetector(), 0)
    guard let file = wanted[id], size <= file.maxBytes, taken.insert(id).inserted else { return }
    if let long {
      // A program is asked for by itself then, and refused with its name.
      if case .native = shape { return }
      try download.take(long, shape, as: file)
      sizes[id] = size
      return
    }
    waiting.append((file, bytes))
    waitingBytes += bytes.count
    if waitingBytes >= Self.waitingLimit || waiting.count >= Self.waitingCount { try flush() }
  }

  /// Works on what waits.
  ///
  /// - Throws: An error that is not about one file: the disk fails, the work was ended, or all files together are too
  ///   large. What is wrong with one file is found again when that is asked for by itself.
  mutating func flush() throws {
    let (files, download) = (waiting, download)
    (waiting, waitingBytes) = ([], 0)
    let kept = Mutex<[ObjectID: Int64]>([:])
    try Parallel.forEach(count: files.count) { index in
      let (file, bytes) = files[index]
      do {
        let size = try download.take(bytes, as: file)
        kept.withLock { $0[file.id] = size }
      } catch SyncError.refusedContent {
        return
      }
    }
    sizes.merge(kept.withLock { $0 }) { _, new in new }
    download.observer(
      .downloading(done: sizes.count, of: wanted.count, bytes: download.meter.downloaded)
    )
  }
}
