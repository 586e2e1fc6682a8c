import Fetch
import Preview
import TestServers
import TestSupport
import Testing

/// The preview server and the client of this program, with each other.
@Suite struct PreviewTransportTests {
  @Test func fetchesChangedAndLargeFiles() async throws {
    let folder = try ScratchFolder()
    let large = [UInt8]((0..<5_000_000).map { UInt8(truncatingIfNeeded: $0 &* 7 ^ ($0 >> 9)) })
    try folder.write("large.json", large)
    try folder.write("catalog.yaml", text: "catalog:\n")
    try folder.write("manifest.json", text: "{}")
    let server = try StaticServer(folder: folder.path)
    let origin = "http://127.0.0.1:\(server.port)"
    try await withTransport { transport in
      let first = try await transport.fetch(origin + "/catalog.yaml")
      let tag = try #require(first.response.etag)
      #expect(try await transport.fetch(origin + "/catalog.yaml", etag: tag).response.isNotModified)
      try folder.write("catalog.yaml", text: "changed!\n")
      #expect(
        try await transport.fetch(origin + "/catalog.yaml", etag: tag).bytes == Array("changed!\n".utf8)
      )
      #expect(try await transport.fetch(origin + "/large.json", maxBytes: 1 << 30).bytes == large)
      _ = try await transport.failure(origin + "/missing")
      #expect(try await transport.fetch(origin + "/manifest.json").bytes == Array("{}".utf8))
    }
    await server.stop()
  }
}
