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

  /// Ends the pack, also where it ended too early; has to be called in any case, because of the files that are still worked
  /// on.
  ///
  /// - Throws: What keeping the files throws.
  consuming func finish() throws -> Result {
    var problem: PackProblem?
    do { try stream.finish(into: &objects) } catch let error as PackProblem {
      problem = error
    } catch {
      // Nothing may go on behind the back of whoever handles the error, which says more than one of earlier files.
      _ = try? objects.end()
      throw error
    }
    return Result(
      sizes: try objects.end(),
      objectCount: stream.objectCount,
      totalBytes: stream.totalBytes,
      problem: problem
    )
  }
}

/// Passes the wanted objects of a pack through the door of downloaded files, several at a time, while the next ones arrive.
private struct PackObjects: PackSink, ~Copyable {
  /// How many bytes wait for the others before they are worked on together.
  private static let waitingLimit = 1 << 20
  /// The same for very small files.
  private static let waitingCount = 256

  private typealias Arrived = (file: WantedFile, object: ProvenObject)

  let wanted: [ObjectID: WantedFile]
  let download: Download
  private let kept: KeptFiles
  private let batches: Parallel.Batches<Arrived>

  /// The files that were passed on; a pack that brings one twice brings it once.
  private var taken: Set<ObjectID> = []
  /// Takes an object that is too long for memory.
  private var writer: ObjectWriter?
  private var detector = ContentDetector()
  private var waiting: [Arrived] = []
  private var waitingBytes = 0

  init(wanted: [ObjectID: WantedFile], download: Download) {
    self.wanted = wanted
    self.download = download
    let kept = KeptFiles()
    self.kept = kept
    batches = Parallel.Batches { arrived in
      // What is wrong with one file is found again when that is asked for by itself.
      do { kept.note(try download.take(arrived.object, as: arrived.file), of: arrived.file) } catch SyncError
        .refusedContent
      {
        return
      }
    }
  }

  mutating func take(_ object: ProvenObject) throws {
    guard let file = wanted[object.id], Int64(object.payload.count) <= file.maxBytes,
      taken.insert(object.id).inserted
    else { return }
    waiting.append((file, object))
    waitingBytes += object.payload.count
    if waitingBytes >= Self.waitingLimit || waiting.count >= Self.waitingCount { try passOn() }
  }

  mutating func receive(_ bytes: RawSpan) throws {
    if writer == nil { writer = download.batch.makeWriter() }
    detector.append(bytes)
    try writer?.write(bytes)
  }

  mutating func finish(_ id: ObjectID) throws {
    let long = writer.take()
    let shape = detector.finish()
    detector = ContentDetector()
    guard let long, let file = wanted[id], long.byteCount <= file.maxBytes, taken.insert(id).inserted else {
      return
    }
    // A program is asked for by itself then, and refused with its name.
    if case .native = shape { return }
    let size = long.byteCount
    try download.take(long, shape, as: file)
    kept.note(size, of: file)
  }

  /// Passes on what waits.
  ///
  /// - Throws: An error of earlier files that is not about one file: the disk fails, the work was ended, or all files
  ///   together are too large.
  private mutating func passOn() throws {
    let items = waiting
    (waiting, waitingBytes) = ([], 0)
    try batches.add(items)
    download.observer(
      .downloading(done: kept.sizes.count, of: wanted.count, bytes: download.meter.downloaded)
    )
  }

  /// Passes on what waits, and waits until all of it is done.
  ///
  /// - Returns: The sizes of the files that are kept, in bytes.
  /// - Throws: As `passOn`.
  mutating func end() throws -> [ObjectID: Int64] {
    do { try passOn() } catch {
      // What it would throw is the same failure, or a later one.
      _ = try? batches.finish()
      throw error
    }
    try batches.finish()
    return kept.sizes
  }
}

/// The sizes of the files of a pack that are kept, in bytes.
private final class KeptFiles: Sendable {
  private let state = Mutex<[ObjectID: Int64]>([:])

  var sizes: [ObjectID: Int64] { state.withLock { $0 } }

  func note(_ size: Int64, of file: WantedFile) { state.withLock { $0[file.id] = size } }
}
