import Disk
import ObjectStore
import RegistryModel
import Synchronization
import TestScenes
import TestSupport
import Testing

@testable import Fetch
@testable import RegistrySync

/// Catalog and plugin files are bound to the manifest by their hashes: one changed byte, and a sync's
/// download takes nothing.
@Suite(.timeLimit(.minutes(10))) struct ContentMutationTests {
  private static let asset = "# Hello\n\nSay hello to whoever asks, once, and in their own language.\n"

  /// A host that serves whatever a test puts there.
  private final class MemoryReader: SourceReader {
    let bytes = Mutex<[UInt8]>([])

    func location(of file: SourceFile) -> String { "memory:" }

    func read(
      _ file: SourceFile,
      options: ReadOptions,
      receive: (RawSpan) throws -> Void
    ) async throws -> FetchResponse {
      let served = bytes.withLock { $0 }
      try receive(served.span.bytes)
      return FetchResponse(isNotModified: false, etag: nil, byteCount: Int64(served.count))
    }

    func shutdown() async {}
  }

  /// A file as the manifest of the three names it.
  private static func wanted(_ path: String) throws -> WantedFile {
    var registry = TestRegistry(count: 0)
    registry.files = ["catalog.yaml": Array(HelloRegistry.catalog.utf8)]
    registry = registry.with("catalog/hello.yaml", HelloRegistry.plugin().utf8).with(
      "catalog/.ai/skills/hello.md",
      asset.utf8
    )
    let manifest = try Manifest.parse(registry.manifest, rules: .held)
    let entry = try #require(manifest.entries.first { $0.path.description == path })
    return WantedFile(id: entry.id, path: entry.path, maxBytes: 1 << 20, copyCount: 1)
  }

  @Test(arguments: [
    ("catalog.yaml", HelloRegistry.catalog), ("catalog/hello.yaml", HelloRegistry.plugin()),
    ("catalog/.ai/skills/hello.md", asset),
  ])
  func noChangedByteIsTaken(path: String, text: String) async throws {
    let scratch = try ScratchFolder("noChangedByte")
    let folder = try Folder.open(try scratch.makeFolder("objects"))
    let batch = try ObjectBatch(store: ObjectStore(folder: folder, disk: PosixDisk()))
    let host = MemoryReader()
    let download = Download(
      reader: RetryingReader(
        reader: host,
        policy: RetryPolicy(maxAttempts: 3),
        budget: RetryBudget(.seconds(45))
      ),
      batch: batch,
      meter: SizeMeter(limit: 1 << 20, held: 0),
      concurrency: 1,
      observer: { _ in },
      shapes: ContentShapes()
    )
    let file = try Self.wanted(path)
    let original = Array(text.utf8)
    var random = SeededGenerator(seed: 20_261_123)
    for _ in 0..<2_000 {
      var changed = original
      let place = Int.random(in: changed.indices, using: &random)
      changed[place] ^= UInt8.random(in: 1...255, using: &random)
      host.bytes.withLock { $0 = changed }
      let error = await #expect(throws: SyncError.self, "byte \(place)") { try await download.fetch([file]) }
      switch error {
      case .wrongContent(_, file.id, ObjectID(hashing: changed)): break
      // It begins like a program now, and is not even hashed.
      case .refusedContent: break
      default: Issue.record("byte \(place): \(String(describing: error))")
      }
    }
    #expect(batch.count == 0)
    // The same way in takes the file as it was signed.
    host.bytes.withLock { $0 = original }
    #expect(try await download.fetch([file]) == [file.id: Int64(original.count)])
    try batch.discard()
  }
}
