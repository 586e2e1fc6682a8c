import Disk
import Fetch
import Foundation
import Formats
import Synchronization
import SystemPackage
import TestScenes
import TestSupport
import Testing

@testable import ObjectStore
@testable import RegistryModel
@testable import RegistrySync

/// A sync with nothing new of a registry on the web: one request, and what depends on the clock is judged each time.
@Suite(.timeLimit(.minutes(5))) struct UnchangedTimesTests {
  private let scene: StorageScene
  private let requests = Requests()
  private let source: Source
  private let folder: Folder

  init() async throws {
    scene = try StorageScene()
    source = Source(
      name: try RegistryName(parsing: "one"),
      location: .web(
        try RegistryURL(parsing: "https://registry.example/tools/catalog.yaml", allowHTTPLocalhost: false)
      )
    )
    var registry = TestRegistry(count: 3)
    registry.extraFields = ["\"expires_at\": \"2026-02-01T00:00:00Z\""]
    let path = scene.scratch.path.appending("registries/web")
    try registry.write(to: path)
    folder = try Folder.open(path)
    _ = try await sync(at: "2026-01-10T00:00:00Z")
    _ = try await sync(at: "2026-01-10T01:00:00Z")
  }

  private final class Requests: Sendable {
    let files = Mutex<[SourceFile]>([])
  }

  /// Reads from a folder, and notes what was asked for.
  private struct NotingReader: SourceReader {
    let folder: FolderSourceReader
    let requests: Requests

    func location(of file: SourceFile) -> String { folder.location(of: file) }

    func read(
      _ file: SourceFile,
      options: ReadOptions,
      receive: (RawSpan) throws -> Void
    ) async throws -> FetchResponse {
      requests.files.withLock { $0.append(file) }
      return try await folder.read(file, options: options, receive: receive)
    }

    func shutdown() async {}
  }

  private func sync(at time: String) async throws -> SyncReport {
    var policy = Policy()
    (policy.allowRemoteRegistries, policy.allowUnsignedRemote) = (true, true)
    requests.files.withLock { $0 = [] }
    return try await SyncTransaction(
      of: source,
      in: scene.project,
      policy: policy,
      options: SyncOptions(),
      from: NotingReader(folder: FolderSourceReader(folder: folder), requests: requests),
      now: Timestamp(parsing: time)
    ) { _ in }.run()
  }

  private var asked: [SourceFile] { requests.files.withLock { $0 } }

  @Test func oneRequestAsksForTheManifest() async throws {
    let probe = scene.cachePath.string + "/objects/tmp_incoming-" + String(repeating: "a", count: 32)
    try FileManager.default.createDirectory(atPath: probe, withIntermediateDirectories: true)
    let report = try await sync(at: "2026-01-10T02:00:00Z")
    #expect(report.outcome == .upToDate && asked == [.manifest])
    #expect(FileManager.default.fileExists(atPath: probe))
    let state = try RegistryState.find(
      source.name,
      in: scene.openCache().folder,
      vouchedBy: scene.project.notary(for: source.name)
    )
    #expect(state?.checkedAt?.description == "2026-01-10T02:00:00Z")
  }

  @Test func changedViewCostsNoSecondRequest() async throws {
    let file = scene.cachePath.string + "/one/" + TestRegistry.path(1)
    try Data("other\n".utf8).write(to: URL(fileURLWithPath: file))
    let report = try await sync(at: "2026-01-10T02:00:00Z")
    #expect(report.outcome == .upToDate && asked == [.manifest])
    #expect(try Data(contentsOf: URL(fileURLWithPath: file)) != Data("other\n".utf8))
  }

  @Test func newManifestCostsNoSecondRequest() async throws {
    var registry = TestRegistry(count: 3).changing(0..<1)
    registry.extraFields = ["\"expires_at\": \"2026-02-01T00:00:00Z\""]
    try registry.write(to: scene.scratch.path.appending("registries/web"))
    let report = try await sync(at: "2026-01-10T02:00:00Z")
    #expect(report.outcome == .updated && asked.filter { $0 == .manifest }.count == 1)
  }

  @Test func expiryIsNoticedThoughNothingChanged() async throws {
    await #expect(throws: ReadingError.self) { try await sync(at: "2026-02-01T00:00:00Z") }
    #expect(try await sync(at: "2026-01-31T23:59:59Z").outcome == .upToDate)
  }

  @Test func clockThatWentBackIsNoticed() async throws {
    await #expect(throws: ReadingError.self) { try await sync(at: "2026-01-01T03:04:04Z") }
  }
}
