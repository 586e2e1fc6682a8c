import Disk
import Synchronization
import SystemPackage
import Testing

@testable import Fetch
@testable import ObjectStore
@testable import RegistryModel
@testable import RegistrySync

/// In which order the places of a registry are asked, and what ends the asking.
@Suite(.timeLimit(.minutes(1))) struct PlacesTests {
  /// A place that answers as it was told, one answer after the other and the last one for ever.
  private final class ScriptedReader: SourceReader {
    let mirrors: [any SourceReader]
    private let answers: Mutex<[Result<[UInt8], FetchError>]>
    let count = Mutex(0)

    init(_ answers: [Result<[UInt8], FetchError>], mirrors: [ScriptedReader] = []) {
      self.answers = Mutex(answers)
      self.mirrors = mirrors
    }

    func location(of file: SourceFile) -> String { "memory:" }

    func read(
      _ file: SourceFile,
      options: ReadOptions,
      receive: (RawSpan) throws -> Void
    ) async throws -> FetchResponse {
      count.withLock { $0 += 1 }
      let bytes = try answers.withLock { $0.count > 1 ? $0.removeFirst() : $0[0] }.get()
      try receive(bytes.span.bytes)
      return FetchResponse(isNotModified: false, etag: nil, byteCount: Int64(bytes.count))
    }

    func shutdown() async {}
  }

  private static func url() throws -> RequestURL {
    try RequestURL(parsing: "https://registry.example/manifest.json", allowHTTPLocalhost: false)
  }

  private static func status(_ code: Int) throws -> Result<[UInt8], FetchError> {
    .failure(.status(url: try url(), code: code, retryAfter: nil))
  }

  private static func reset() throws -> Result<[UInt8], FetchError> {
    .failure(.reset(url: try url(), cause: .closed))
  }

  private static func reader(_ own: ScriptedReader, attempts: Int = 3) -> RetryingReader {
    RetryingReader(
      reader: own,
      policy: RetryPolicy(maxAttempts: attempts, basePause: .zero),
      budget: RetryBudget(.seconds(20))
    )
  }

  private static func file(_ name: String = "a.md") throws -> SourceFile {
    .file(try ManifestPath(parsing: name))
  }

  private func read(_ file: SourceFile, _ reader: RetryingReader) async throws -> [UInt8] {
    try await reader.inTurn(file) { place in
      try await place.read(file, options: ReadOptions(maxBytes: 100)) { BytesReceiver() }.receiver.bytes
    }
  }

  @Test func placeThatFailedIsAskedLastFromThenOn() async throws {
    let mirror = ScriptedReader([.success([2])])
    let own = ScriptedReader([try Self.reset(), .success([1])], mirrors: [mirror])
    let reader = Self.reader(own)
    #expect(try await read(Self.file(), reader) == [2])
    #expect(try await read(Self.file(), reader) == [2])
    // It was asked once: nobody waits for it while another place is left.
    #expect(own.count.withLock { $0 } == 1)
    #expect(reader.uses.map(\.fileCount) == [0, 2])
    #expect(reader.uses.map { $0.failure?.count } == [1, nil])
  }

  @Test func placeWithoutOneFileIsAskedForTheNextOne() async throws {
    let mirror = ScriptedReader([.success([2])])
    let own = ScriptedReader([try Self.status(404), .success([1])], mirrors: [mirror])
    let reader = Self.reader(own)
    #expect(try await read(Self.file(), reader) == [2])
    #expect(try await read(Self.file("b.md"), reader) == [1])
  }

  @Test func whereAllFailedThoseThatMayRecoverAreAskedAgain() async throws {
    let mirror = ScriptedReader([try Self.status(404)])
    let own = ScriptedReader([try Self.reset(), try Self.reset(), .success([1])], mirrors: [mirror])
    #expect(try await read(Self.file(), Self.reader(own)) == [1])
    #expect(own.count.withLock { $0 } == 3 && mirror.count.withLock { $0 } == 1)
  }

  @Test(arguments: [1, 3]) func failureOfTheFirstPlaceIsThrown(attempts: Int) async throws {
    let mirrors = [ScriptedReader([try Self.reset()]), ScriptedReader([try Self.status(404)])]
    let own = ScriptedReader([try Self.status(500)], mirrors: mirrors)
    let reader = Self.reader(own, attempts: attempts)
    for _ in 0..<2 {
      let error = await #expect(throws: FetchError.self) { try await read(Self.file(), reader) }
      #expect(error == .status(url: try Self.url(), code: 500, retryAfter: nil))
    }
    // Once in turn, and then as often as the policy says.
    #expect(own.count.withLock { $0 } == (attempts == 1 ? 2 : 2 * (1 + attempts)))
  }

  /// A failing disk, or somebody who gave up, is the same everywhere.
  @Test func failureOfThisMachineIsNotTakenElsewhere() async throws {
    let mirror = ScriptedReader([.success([2])])
    let reader = Self.reader(ScriptedReader([.success([1])], mirrors: [mirror]))
    let disk = DiskError(.write, FilePath("/x"), .noSpace)
    for error in [disk, CancellationError(), FetchError.shutDown] as [any Error] {
      await #expect(throws: (any Error).self) {
        try await reader.inTurn(try Self.file()) { _ in throw error }
      }
    }
    #expect(mirror.count.withLock { $0 } == 0 && reader.uses.allSatisfy { $0.failure == nil })
  }

  @Test func whoSaysThatThereAreNoPacksIsBelieved() async throws {
    let mirror = ScriptedReader([.success([2])])
    let reader = Self.reader(ScriptedReader([try Self.status(404)], mirrors: [mirror]))
    await #expect(throws: FetchError.self) { try await read(.offered(.packList), reader) }
    #expect(mirror.count.withLock { $0 } == 0)
    // A release is another matter: a mirror may keep what the publisher does not.
    let release = SourceFile.offered(.release(ObjectID(hashing: [1])))
    #expect(try await read(release, reader) == [2])
  }
}
