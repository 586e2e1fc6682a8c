import Disk
import Fetch
import ObjectStore
import RegistryModel
import Synchronization

/// Downloads the missing files of a sync into a batch.
struct Download: Sendable {
  let reader: RetryingReader
  let batch: ObjectBatch
  let meter: SizeMeter
  let concurrency: Int
  let observer: SyncObserver
  /// Takes the shapes of the files.
  let shapes: ContentShapes
  /// What else is done with the bytes of a file.
  var use: ArrivalUse?

  /// The result of downloading several files.
  struct Outcome {
    /// The sizes in bytes of the files that were downloaded.
    var sizes: [ObjectID: Int64] = [:]
    /// The failed files, in the order in which they failed.
    var failures: [(file: WantedFile, error: any Error)] = []
  }

  /// Downloads all files, several at a time.
  ///
  /// After a failure no further file is started; running downloads are completed, so that their files are kept.
  ///
  /// - Returns: The sizes of the files in bytes.
  /// - Throws: The first failure; `CancellationError`.
  func fetch(_ files: [WantedFile]) async throws -> [ObjectID: Int64] {
    let outcome = try await run(files, stopsAt: { _ in true })
    if let failure = outcome.failures.first { throw failure.error }
    return outcome.sizes
  }

  /// Downloads as many of the files as possible; a failed one does not stop the others, unless the caller says so.
  ///
  /// - Throws: `CancellationError`.
  func fetchAvailable(
    _ files: [WantedFile],
    unless stopsAt: (any Error) -> Bool = { _ in false }
  ) async throws -> Outcome {
    try await run(files, stopsAt: stopsAt)
  }

  private func run(_ files: [WantedFile], stopsAt: (any Error) -> Bool) async throws -> Outcome {
    var outcome = Outcome()
    var isStopped = false
    var waiting = files[...]
    await withTaskGroup(of: (WantedFile, Result<Int64, any Error>).self) { group in
      func startNext() {
        guard !isStopped, !Task.isCancelled, let file = waiting.popFirst() else { return }
        group.addTask {
          do { return (file, .success(try await fetch(file))) } catch { return (file, .failure(error)) }
        }
      }
      for _ in 0..<concurrency { startNext() }
      while let (file, result) = await group.next() {
        switch result {
        case .success(let size): outcome.sizes[file.id] = size
        case .failure(let error):
          outcome.failures.append((file, error))
          isStopped = isStopped || stopsAt(error)
        }
        observer(.downloading(done: outcome.sizes.count, of: files.count, bytes: meter.downloaded))
        startNext()
      }
    }
    if !isStopped { try Task.checkCancellation() }
    return outcome
  }

  /// Downloads one file; a wrong or absent one is requested once more, bypassing caches, before another place is asked.
  private func fetch(_ file: WantedFile) async throws -> Int64 {
    try await reader.inTurn(.file(file.path)) { place in
      try await StaleCache.retrying { try await fetch(file, from: place, bypassCaches: $0) }
    }
  }

  private func fetch(_ file: WantedFile, from place: PlaceReader, bypassCaches: Bool) async throws -> Int64 {
    if let size = try copy(file, from: place) { return size }
    let options = ReadOptions(maxBytes: file.maxBytes, bypassCaches: bypassCaches)
    let received = try await place.read(.file(file.path), options: options) { makeReceiver(of: file) }
    return try received.receiver.finish(location: place.reader.location(of: .file(file.path)))
  }

  /// Takes a file whose object can be copied as it is stored; nil where it has to be read.
  private func copy(_ file: WantedFile, from place: PlaceReader) throws -> Int64? {
    var receiver = makeReceiver(of: file, isStoring: false)
    guard try place.reader.copyObject(of: file, into: batch, inspect: { try receiver.receive($0) }) else {
      return nil
    }
    return try receiver.finish(location: place.reader.location(of: .file(file.path)))
  }

  private func makeReceiver(of file: WantedFile, isStoring: Bool = true) -> FileReceiver {
    FileReceiver(file: file, batch: batch, meter: meter, shapes: shapes, use: use, isStoring: isStoring)
  }

  /// Takes in a file that came another way and was proven, as if it had been downloaded.
  ///
  /// - Returns: Its size in bytes.
  /// - Throws: What is wrong with it, as `fetch`.
  func take(_ object: ProvenObject, as file: WantedFile) throws -> Int64 {
    let size = Int64(object.payload.count)
    do {
      try meter.add(size, copies: file.copyCount)
      var detector = ContentDetector()
      detector.append(object.payload.span.bytes)
      let shape = detector.finish()
      try shapes.note(shape, of: file)
      try batch.add(object)
      try use?.take(object.payload, shape, of: file)
    } catch {
      meter.takeBack(size, copies: file.copyCount)
      throw error
    }
    return size
  }

  /// Takes in a file whose bytes were written and looked at already; what else is done with it is done from the store.
  ///
  /// - Throws: `ObjectStoreError`; `SyncError.tooLarge` where all files together are.
  func take(_ written: consuming ObjectWriter, _ shape: ContentShape, as file: WantedFile) throws {
    let size = written.byteCount
    try meter.add(size, copies: file.copyCount)
    do {
      try batch.add(written, expecting: file.id)
      try shapes.note(shape, of: file)
    } catch {
      meter.takeBack(size, copies: file.copyCount)
      throw error
    }
  }
}

/// Receives one file: counts its bytes, refuses programs, writes its object, and passes it on to its other uses.
///
/// All of this happens on the thread of the task that waits for the bytes, never on that of the network.
private struct FileReceiver: ByteReceiver, ~Copyable {
  /// Files up to this size in bytes are kept in memory; larger ones are written as they arrive.
  private static let bufferLimit = 256 * 1024

  let file: WantedFile
  let batch: ObjectBatch
  let meter: SizeMeter
  let shapes: ContentShapes
  let use: ArrivalUse?
  /// Whether the object is to be made of the bytes; otherwise it is in the batch already when the file ends.
  let isStoring: Bool
  private var detector = ContentDetector()
  private var buffer: [UInt8] = []
  private var writer: ObjectWriter?
  private var stream: ArrivalStream?
  private var size: Int64 = 0
  /// Whether the file is too large for the buffer.
  private var isLong = false
  private var isFinished = false

  init(
    file: WantedFile,
    batch: ObjectBatch,
    meter: SizeMeter,
    shapes: ContentShapes,
    use: ArrivalUse?,
    isStoring: Bool
  ) {
    self.isStoring = isStoring
    self.file = file
    self.batch = batch
    self.meter = meter
    self.shapes = shapes
    self.use = use
  }

  deinit {
    if !isFinished { meter.takeBack(size, copies: file.copyCount) }
  }

  mutating func receive(_ bytes: RawSpan) throws {
    size += Int64(bytes.byteCount)
    try meter.add(Int64(bytes.byteCount), copies: file.copyCount)
    detector.append(bytes)
    if let kind = detector.nativeKind { throw SyncError.refusedContent(path: file.path, kind) }
    if !isLong, buffer.count + bytes.byteCount <= Self.bufferLimit {
      bytes.withUnsafeBytes { buffer.append(contentsOf: $0) }
      return
    }
    try spill()
    try writer?.write(bytes)
    try stream?.append(bytes)
  }

  /// Ends the file; its object is in the batch when this returns.
  ///
  /// - Throws: `SyncError.wrongContent` when it is not the file that the manifest names.
  consuming func finish(location: String) throws -> Int64 {
    let shape = detector.finish()
    if case .native(let kind) = shape { throw SyncError.refusedContent(path: file.path, kind) }
    do {
      if let complete = writer.take() {
        try batch.add(complete, expecting: file.id)
      } else if isStoring {
        try batch.add(buffer, expecting: file.id)
      }
    } catch ObjectStoreError.wrongContent(let expected, let found) {
      throw SyncError.wrongContent(url: location, expected: expected, found: found)
    }
    try shapes.note(shape, of: file)
    if let stream = stream.take() {
      stream.finish(as: file.id)
    } else if !isLong {
      try use?.take(buffer, shape, of: file)
    }
    isFinished = true
    return size
  }

  private mutating func spill() throws {
    if isLong { return }
    isLong = true
    let start = buffer
    buffer = []
    if isStoring { writer = batch.makeWriter() }
    try writer?.write(start.span.bytes)
    stream = try use?.begin(file, detector.shapeSoFar)
    try stream?.append(start.span.bytes)
  }
}

/// Sums the sizes of one snapshot's files and enforces the policy's limit (`max_registry_cache_size_kb`).
final class SizeMeter: Sendable {
  private struct State {
    var total: Int64
    var downloaded: Int64 = 0
  }

  private let limit: Int64
  private let state: Mutex<State>

  /// Starts with the bytes that are stored already.
  init(limit: Int64, held: Int64) {
    self.limit = limit
    state = Mutex(State(total: held))
  }

  /// The number of bytes downloaded and kept.
  var downloaded: Int64 { state.withLock { $0.downloaded } }

  /// Counts bytes as they arrive; `copies` is how many files of the snapshot they are for.
  ///
  /// - Throws: `SyncError.tooLarge` as soon as the limit is passed.
  func add(_ bytes: Int64, copies: Int64 = 1) throws {
    let total = state.withLock { state in
      state.total = state.total.addingClamped(bytes.multipliedClamped(by: copies))
      state.downloaded = state.downloaded.addingClamped(bytes)
      return state.total
    }
    if total > limit { throw SyncError.tooLarge(path: nil, limit: limit) }
  }

  /// Subtracts the bytes of a failed attempt.
  func takeBack(_ bytes: Int64, copies: Int64) {
    state.withLock { state in
      state.total = state.total.addingClamped(bytes.multipliedClamped(by: -copies))
      state.downloaded = state.downloaded.addingClamped(-bytes)
    }
  }
}

/// Handling of HTTP caches between this program and the publisher.
enum StaleCache {
  /// Asks, and once more bypassing caches where one of them may have caused the failure.
  static func retrying<Value>(_ body: (_ bypassCaches: Bool) async throws -> Value) async throws -> Value {
    do {
      return try await body(false)
    } catch let error where mayExplain(error) {
      return try await body(true)
    }
  }

  /// Whether a stale cache may have caused the error, so that a request that bypasses caches may help.
  static func mayExplain(_ error: any Error) -> Bool {
    switch error {
    case SyncError.wrongContent, SyncError.unexpectedManifest, ReadingError.invalidManifest: true
    case ReadingError.untrusted(_, .rollback), ReadingError.untrusted(_, .sameVersionOtherContent),
      ReadingError.untrusted(_, .expired), ReadingError.untrusted(_, .tooOld):
      true
    case let error as FetchError: error.isAbsence
    default: false
    }
  }
}
