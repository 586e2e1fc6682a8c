import Foundation
import Preview
import Synchronization
import SystemPackage
import TestServers
import TestSupport
import Testing

@testable import Preview

@Suite struct StaticServerTests {
  private struct Site {
    let server: StaticServer
    let folder: ScratchFolder
    let answers: Answers

    func send(_ text: String) async throws -> String {
      try await RawClient.exchange(port: server.port, text)
    }

    func get(_ target: String, method: String = "GET", fields: String = "") async throws -> String {
      try await send(
        "\(method) \(target) HTTP/1.1\r\nHost: localhost:\(server.port)\r\n\(fields)Connection: close\r\n\r\n"
      )
    }
  }

  private final class Answers: Sendable {
    let list = Mutex<[StaticServer.Answer]>([])
  }

  private func withSite(_ body: (Site) async throws -> Void) async throws {
    let scratch = try ScratchFolder()
    let folder = try scratch.makeFolder("served")
    try scratch.write("served/catalog.yaml", text: "catalog:\n")
    try scratch.write("served/manifest.json", text: "{}")
    try scratch.write("served/catalog/.ai/skills/a b.md", text: "# skill\n")
    try scratch.write("served/catalog/.ai/skills/s/.github/ci.yml", text: "on: push")
    try scratch.write("served/catalog/.ai/.git/config", text: "secret")
    try scratch.write("served/.git/config", text: "secret")
    try scratch.write("served/.ai/registry-signing-key", text: "secret")
    try scratch.write("served/catalog/.env", text: "secret")
    try scratch.write("outside.txt", text: "secret")
    let answers = Answers()
    let server = try StaticServer(folder: folder) { answer in
      answers.list.withLock { $0.append(answer) }
    }
    do { try await body(Site(server: server, folder: scratch, answers: answers)) } catch {
      await server.stop()
      throw error
    }
    await server.stop()
  }

  @Test func servesFileWithItsHeaders() async throws {
    try await withSite { site in
      let answer = try await site.get("/catalog.yaml").lowercased()
      #expect(answer.hasPrefix("http/1.1 200 ok\r\n"))
      #expect(answer.hasSuffix("\r\n\r\ncatalog:\n"))
      for field in [
        "content-length: 9", "content-type: application/yaml", "x-content-type-options: nosniff", "etag: \"",
        "cache-control: no-cache",
      ] { #expect(answer.contains("\r\n\(field)"), "\(field)") }
      let log = site.answers.list.withLock { $0 }
      #expect(log == [.init(method: "GET", target: "/catalog.yaml", status: 200, byteCount: 9)])
    }
  }

  @Test func servesWhatARegistryHolds() async throws {
    try await withSite { site in
      let skill = try await site.get("/catalog/.ai/skills/a%20b.md")
      #expect(skill.hasSuffix("# skill\n"))
      let hidden = try await site.get("/catalog/.ai/skills/s/.github/ci.yml")
      #expect(hidden.hasSuffix("on: push"))
      let manifest = try await site.get("/manifest.json?x=1")
      #expect(manifest.hasSuffix("{}"))
    }
  }

  @Test(
    arguments: [
      "/", "/catalog", "/catalog/", "/missing", "/../outside.txt", "/catalog/../../outside.txt",
      "//catalog.yaml",
      "/%2e%2e/outside.txt", "/..%2foutside.txt", "/%2e%2e%2foutside.txt", "/catalog/%2E%2E/manifest.json",
      "/./catalog.yaml", "/.git/config", "/%2egit/config", "/.ai/registry-signing-key", "/catalog/.env",
      "/catalog.yaml/", "/catalog.yaml/x", "/catalog.yaml%00", "/catalog%5c..%5cx", "/%zz", "/%c0%ae%c0%ae/x",
      "catalog.yaml", "http://localhost/catalog.yaml", "/..\\outside.txt",
      "/catalog/.ai/.git/config", "/catalog/.ai/%2e%2e/.env", "/catalog/.ai/.GIT/config",
    ])
  func everythingElseIsNotFound(target: String) async throws {
    try await withSite { site in
      let answer = try await site.get(target)
      #expect(answer.hasPrefix("HTTP/1.1 404 ") || answer.hasPrefix("HTTP/1.1 400 "), "\(answer)")
      #expect(!answer.contains("secret"))
    }
  }

  @Test func linksAreNotFollowed() async throws {
    try await withSite { site in
      let served = site.folder.path.appending("served").string
      try FileManager.default.createSymbolicLink(
        atPath: served + "/link.txt",
        withDestinationPath: site.folder.path.appending("outside.txt").string
      )
      try FileManager.default.createSymbolicLink(
        atPath: served + "/inner.yaml",
        withDestinationPath: "catalog.yaml"
      )
      try FileManager.default.createSymbolicLink(atPath: served + "/up", withDestinationPath: "..")
      for target in ["/link.txt", "/inner.yaml", "/up/outside.txt", "/up/served/catalog.yaml"] {
        let answer = try await site.get(target)
        #expect(answer.hasPrefix("HTTP/1.1 404 "), "\(target)")
      }
    }
  }

  @Test func pipeIsNoFileAndDoesNotHangTheServer() async throws {
    try await withSite { site in
      #expect(mkfifo(site.folder.path.appending("served/pipe.md").string, 0o600) == 0)
      let answer = try await site.get("/pipe.md")
      #expect(answer.hasPrefix("HTTP/1.1 404 "))
    }
  }

  @Test(arguments: [
    "evil.example", "localhost.evil.example", "192.0.2.1", "[::2]", "localhost:x", "localhost:99999", "",
  ])
  func foreignHostIsRefused(host: String) async throws {
    try await withSite { site in
      let answer = try await site.send(
        "GET /catalog.yaml HTTP/1.1\r\nHost: \(host)\r\nConnection: close\r\n\r\n"
      )
      #expect(answer.hasPrefix("HTTP/1.1 421 "))
      #expect(!answer.contains("catalog:"))
    }
  }

  @Test(arguments: ["localhost", "LOCALHOST:80", "127.0.0.1:1234", "[::1]:80", "[::1]"])
  func ownNamesAreAccepted(host: String) async throws {
    try await withSite { site in
      let answer = try await site.send(
        "GET /catalog.yaml HTTP/1.1\r\nHost: \(host)\r\nConnection: close\r\n\r\n"
      )
      #expect(answer.hasPrefix("HTTP/1.1 200 "))
    }
  }

  @Test(arguments: ["", "Host: localhost\r\nHost: evil.example\r\n"])
  func missingOrDoubleHostIsRefused(fields: String) async throws {
    try await withSite { site in
      let answer = try await site.send("GET /catalog.yaml HTTP/1.1\r\n\(fields)Connection: close\r\n\r\n")
      #expect(answer.hasPrefix("HTTP/1.1 400 "))
    }
  }

  @Test(arguments: ["POST", "PUT", "DELETE", "OPTIONS", "TRACE"])
  func otherMethodsAreRefused(method: String) async throws {
    try await withSite { site in
      let answer = try await site.get("/catalog.yaml", method: method)
      #expect(answer.hasPrefix("HTTP/1.1 405 "))
      #expect(answer.lowercased().contains("\r\nallow: get, head\r\n"))
    }
  }

  @Test func headGivesHeadersAlone() async throws {
    try await withSite { site in
      let answer = try await site.get("/catalog.yaml", method: "HEAD")
      #expect(answer.hasPrefix("HTTP/1.1 200 "))
      #expect(answer.lowercased().contains("\r\ncontent-length: 9\r\n"))
      #expect(answer.hasSuffix("\r\n\r\n"))
    }
  }

  @Test func rangesAreIgnored() async throws {
    try await withSite { site in
      let answer = try await site.get("/catalog.yaml", fields: "Range: bytes=0-2\r\n")
      #expect(answer.hasPrefix("HTTP/1.1 200 "))
      #expect(answer.hasSuffix("catalog:\n"))
    }
  }

  @Test(arguments: ["0.0.0.0", "::", "192.0.2.1", "example.org", "127.0.0.2", ""])
  func onlyLoopbackIsListenedOn(address: String) async throws {
    let folder = try ScratchFolder()
    #expect(throws: PreviewError.notLoopback(address: address)) {
      try StaticServer(folder: folder.path, address: address)
    }
  }

  @Test func absentFolderAndTakenPortAreNamed() async throws {
    let folder = try ScratchFolder()
    let absent = folder.path.appending("absent")
    #expect(throws: PreviewError.folder(path: absent, errno: .noSuchFileOrDirectory)) {
      try StaticServer(folder: absent)
    }
    try await withSite { site in
      let port = site.server.port
      #expect(throws: PreviewError.listen(host: .ipv4, port: port, errno: .addressInUse)) {
        try StaticServer(folder: folder.path, port: port)
      }
    }
  }

  @Test func stoppedServerIsGone() async throws {
    let folder = try ScratchFolder()
    var isGone = false
    // Another test's server may get the port that has become free, but not every time.
    for _ in 0..<5 where !isGone {
      let server = try StaticServer(folder: folder.path)
      #expect(Loopback.isListening(on: server.port))
      await server.stop()
      isGone = !Loopback.isListening(on: server.port)
    }
    #expect(isGone)
  }

  /// A connection that is accepted as the server stops must be closed like any other, not end the program.
  @Test func stopsWhileConnectionsArrive() async throws {
    let folder = try ScratchFolder()
    for _ in 0..<100 {
      let server = try StaticServer(folder: folder.path)
      let port = server.port
      await withTaskGroup { group in
        for _ in 0..<8 {
          group.addTask { for _ in 0..<20 { _ = Loopback.isListening(on: port) } }
        }
        await group.next()
        await server.stop()
      }
    }
    // That this is still running is what it shows; and the servers left nothing that keeps one from starting.
    let last = try StaticServer(folder: folder.path)
    #expect(Loopback.isListening(on: last.port))
    await last.stop()
  }
}
