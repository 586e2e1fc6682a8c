import Fetch
import Foundation
import SystemPackage
import TestServers
import TestSupport
import Testing

@Suite(.enabled(if: NginxServer.isAvailable, "nginx and openssl are needed"), .timeLimit(.minutes(10)))
struct TLSTests {
  /// The tag that nginx gives a file of nine bytes and of this time.
  private static let tag = "\"5f5e1000-9\""

  private func withNginx(_ body: (NginxServer) async throws -> Void) async throws {
    let folder = try ScratchFolder()
    try folder.write("catalog.yaml", text: "catalog:\n")
    try FileManager.default.setAttributes(
      [.modificationDate: Date(timeIntervalSince1970: 0x5F5E_1000)],
      ofItemAtPath: folder.path.appending("catalog.yaml").string
    )
    for index in 0..<200 { try folder.write("catalog/f\(index).md", text: "file \(index)\n") }
    let server = try await NginxServer(serving: folder.path)
    do { try await body(server) } catch {
      await server.stop()
      throw error
    }
    await server.stop()
  }

  @Test func speaksHTTP2OverOneConnectionWhereOffered() async throws {
    try await withNginx { server in
      try await withTransport(caFile: server.authority) { transport in
        let first = try await transport.fetch(server.origin(.http2) + "/catalog.yaml")
        #expect(String(decoding: first.bytes, as: UTF8.self) == "catalog:\n")
        try await withThrowingTaskGroup(of: String.self) { group in
          for index in 0..<200 {
            if index >= 16 { _ = try await group.next() }
            group.addTask {
              let file = try await transport.fetch(server.origin(.http2) + "/catalog/f\(index).md")
              #expect(String(decoding: file.bytes, as: UTF8.self) == "file \(index)\n")
              return ""
            }
          }
          try await group.waitForAll()
        }
      }
      await server.waitForRequests(201)
      let requests = server.requests(.http2)
      #expect(requests.count == 201)
      #expect(requests.allSatisfy { $0.version == "HTTP/2.0" && $0.status == 200 && $0.method == "GET" })
      #expect(requests.allSatisfy { $0.userAgent == "mmdos/1.2.3" })
    }
  }

  @Test func fallsBackToHTTP1() async throws {
    try await withNginx { server in
      try await withTransport(caFile: server.authority) { transport in
        // It says too little to be kept.
        #expect(try await transport.fetch(server.origin(.http1) + "/catalog.yaml").response.etag == nil)
        let second = try await transport.fetch(server.origin(.http1) + "/catalog.yaml", etag: Self.tag)
        #expect(second.response.isNotModified)
      }
      await server.waitForRequests(2)
      #expect(server.requests(.http1).map(\.version) == ["HTTP/1.1", "HTTP/1.1"])
      #expect(server.requests(.http1).map(\.status) == [200, 304])
    }
  }

  @Test func conditionalRequestsAndErrorsWorkOverHTTP2() async throws {
    try await withNginx { server in
      try await withTransport(caFile: server.authority) { transport in
        let second = try await transport.fetch(server.origin(.http2) + "/catalog.yaml", etag: Self.tag)
        #expect(second.response.isNotModified)
        let missing = try await transport.failure(server.origin(.http2) + "/missing")
        guard case .status(_, 404, nil) = missing else { return #expect(Bool(false), "\(missing)") }
        let large = try await transport.failure(server.origin(.http2) + "/catalog.yaml", maxBytes: 3)
        guard case .bodyTooLarge(_, 3) = large else { return #expect(Bool(false), "\(large)") }
      }
    }
  }

  @Test func addressInTheCertificateIsEnough() async throws {
    try await withNginx { server in
      let url = server.origin(.http2, host: "127.0.0.1") + "/catalog.yaml"
      let fetched = try await withTransport(caFile: server.authority) { try await $0.fetch(url) }
      #expect(fetched.bytes.count == 9)
    }
  }

  @Test(
    arguments: [
      (NginxServer.Site.expired, FetchError.TLSCause.expired), (.wrongHost, .wrongHost),
      (.otherAuthority, .untrustedIssuer),
    ])
  func badCertificateIsRefusedAndNamed(site: NginxServer.Site, cause: FetchError.TLSCause) async throws {
    try await withNginx { server in
      let error = try await withTransport(caFile: server.authority) {
        try await $0.failure(server.origin(site) + "/catalog.yaml")
      }
      guard case .tls(_, cause) = error else { return #expect(Bool(false), "\(error)") }
      #expect(!error.isRetryable)
      // Only where it is out of date, the server is asked for its time.
      #expect(server.requests().allSatisfy { site == .expired && $0.path == "/" })
    }
  }

  @Test func privateAuthorityIsNotTrustedUnlessNamed() async throws {
    try await withNginx { server in
      let url = server.origin(.http2) + "/catalog.yaml"
      let error = try await withTransport { try await $0.failure(url) }
      guard case .tls(_, .untrustedIssuer) = error else { return #expect(Bool(false), "\(error)") }
      let fetched = try await withTransport(environment: ["SSL_CERT_FILE": server.authority.string]) {
        try await $0.fetch(url)
      }
      #expect(fetched.bytes.count == 9)
    }
  }

  @Test func httpPortIsNotSpokenToInTLS() async throws {
    try await withNginx { server in
      let error = try await withTransport(caFile: server.authority) {
        try await $0.failure("https://localhost:\(server.port(.plain))/catalog.yaml")
      }
      guard case .tls(_, .notTLS) = error else { return #expect(Bool(false), "\(error)") }
    }
  }

  @Test func unusableCertificateFileIsNamed() async throws {
    let folder = try ScratchFolder()
    let empty = try folder.write("empty.pem", text: "no certificate\n")
    let absent = folder.path.appending("absent.pem")
    try await withTransport(caFile: empty) { transport in
      let error = try await transport.failure("https://localhost:1/a")
      #expect(error == .certificateFile(path: empty, cause: .noCertificate))
    }
    try await withTransport(environment: ["SSL_CERT_FILE": absent.string]) { transport in
      let error = try await transport.failure("https://localhost:1/a")
      #expect(error == .certificateFile(path: absent, cause: .unreadable))
    }
  }

  @Test func goesThroughTheProxyOfTheEnvironment() async throws {
    try await withNginx { server in
      let proxy = try await ConnectProxy(credentials: "dXNlcjpwYXNz")
      let environment = [
        "https_proxy": "http://user:pass@127.0.0.1:\(proxy.port)", "SSL_CERT_FILE": server.authority.string,
      ]
      let url = server.origin(.http2, host: "registry.example") + "/catalog.yaml"
      let fetched = try await withTransport(environment: environment) { try await $0.fetch(url) }
      #expect(fetched.bytes.count == 9)
      #expect(proxy.requests.map(\.path) == ["registry.example:\(server.port(.http2))"])
      await server.waitForRequests(1)
      #expect(server.requests(.http2).map(\.version) == ["HTTP/2.0"])
      await proxy.stop()
    }
  }

  /// Every host name is led to nginx by a proxy on 127.0.0.1.
  @Test func certificateHasToNameTheHostOfTheURL() async throws {
    let cases: [(site: NginxServer.Site, host: String, isAccepted: Bool)] = [
      (.addressOnly, "registry.example", false), (.commonName, "localhost.example", false),
      (.star, "registry", false), (.star, "registry.example", false),
      (.shortWildcard, "registry.example", false),
      (.wildcard, "a.registry.example", true), (.wildcard, "registry.example", false),
      (.wildcard, "a.b.registry.example", false), (.partialWildcard, "real.registry.example", false),
      (.http2, "registry.example", true), (.addressOnly, "192.0.2.1", true),
      (.addressOnly, "192.0.2.2", false),
      // The proxy's own address, which is where the connection leads.
      (.addressOnly, "registry.example", false),
    ]
    try await withNginx { server in
      let proxy = try await ConnectProxy()
      let environment = [
        "https_proxy": "http://127.0.0.1:\(proxy.port)", "SSL_CERT_FILE": server.authority.string,
      ]
      try await withTransport(environment: environment) { transport in
        for (site, host, isAccepted) in cases {
          let url = server.origin(site, host: host) + "/catalog.yaml"
          guard isAccepted else {
            let error = try await transport.failure(url)
            guard case .tls(_, .wrongHost) = error else {
              #expect(Bool(false), "\(site) for \(host): \(error)")
              continue
            }
            continue
          }
          let fetched = try await transport.fetch(url)
          #expect(fetched.bytes.count == 9, "\(site) for \(host)")
        }
      }
      await proxy.stop()
    }
  }

  @Test(arguments: [NginxServer.Site.addressOnly, .commonName, .star])
  func localhostNeedsItsNameToo(site: NginxServer.Site) async throws {
    try await withNginx { server in
      let error = try await withTransport(caFile: server.authority) {
        try await $0.failure(server.origin(site) + "/catalog.yaml")
      }
      guard case .tls(_, .wrongHost) = error else { return #expect(Bool(false), "\(error)") }
    }
  }

  /// Over HTTP/2 a status is a header field like any other, which libraries take as it comes.
  @Test(.timeLimit(.minutes(5)), arguments: ["000", "099", "600", "999", "0", "abc", ""])
  func statusThatIsNoneIsAnErrorOfOursOverHTTP2Too(status: String) async throws {
    let folder = try ScratchFolder()
    let authority = try await TestAuthority(named: "authority", in: folder.path)
    let identity = try await authority.issue("good", names: ["DNS:localhost"])
    let script = FilePath(#filePath).removingLastComponent().removingLastComponent()
      .appending("Fixtures/http2_server.py").string
    let python = Program(path: "/usr/bin/env", folder: folder.path)
    let server = try python.start(
      ["python3", script, identity.certificate.string, identity.key.string, status],
      keepsInputOpen: true,
      timeLimit: .seconds(60)
    )
    let port = try await firstLine(of: server)
    let error = try await withTransport(caFile: authority.root) {
      try await $0.failure("https://localhost:\(port)/a")
    }
    switch error {
    case .malformedResponse(_, .status): #expect(status.count == 3)
    // libcurl itself refuses what has not three digits.
    case .reset(_, .stream), .malformedResponse: #expect(Int(status) == nil || status.count != 3)
    default: #expect(Bool(false), "\(error)")
    }
    server.closeInput()
    _ = await server.result()
  }

  private func firstLine(of server: RunningProgram) async throws -> Int {
    let isReady = await server.waitUntil(says: "\n")
    #expect(isReady, "\(server.errorSoFar)")
    return try #require(server.outputSoFar.split(separator: "\n").first.flatMap { Int($0) })
  }

  @Test func proxyThatIsDownIsNamed() async throws {
    let port = try Loopback.freePorts(1)[0]
    let error = try await withTransport(environment: ["https_proxy": "http://127.0.0.1:\(port)"]) {
      try await $0.failure("https://registry.example/catalog.yaml")
    }
    guard case .proxy(_, .unreachable("http://127.0.0.1:\(port)", .refused)) = error else {
      return #expect(Bool(false), "\(error)")
    }
  }

  @Test func proxyThatWantsAPasswordIsNamed() async throws {
    let proxy = try await ConnectProxy(credentials: "dXNlcjpwYXNz")
    let environment = ["HTTPS_PROXY": "127.0.0.1:\(proxy.port)"]
    let error = try await withTransport(environment: environment) {
      try await $0.failure("https://registry.example/catalog.yaml")
    }
    guard case .proxy(_, .authenticationRequired) = error else { return #expect(Bool(false), "\(error)") }
    await proxy.stop()
  }

  @Test func loopbackIsNeverAskedForThroughAProxy() async throws {
    try await withNginx { server in
      let proxy = try await ConnectProxy()
      let environment = [
        "all_proxy": "http://127.0.0.1:\(proxy.port)", "http_proxy": "http://127.0.0.1:\(proxy.port)",
      ]
      try await withTransport(caFile: server.authority, environment: environment) { transport in
        _ = try await transport.fetch(server.origin(.http2) + "/catalog.yaml")
        _ = try await transport.fetch(server.origin(.plain) + "/catalog.yaml")
      }
      #expect(proxy.requests.isEmpty)
      await proxy.stop()
    }
  }
}
