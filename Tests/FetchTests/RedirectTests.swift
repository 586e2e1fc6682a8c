import TestServers
import Fetch
import RegistryModel
import TestServers
import Testing

@Suite struct RedirectTests {
  @Test(arguments: [301, 302, 303, 307, 308])
  func redirectWithinTheOriginIsFollowed(status: Int) async throws {
    let server = try await LoopbackServer(files: ["/new/b": [1]])
    server.behave(at: "/old/a", .redirect(to: "../new/b", status: status))
    let fetched = try await withTransport { try await $0.fetch(server.origin + "/old/a") }
    #expect(fetched.bytes == [1])
    #expect(server.requests.map(\.path) == ["/old/a", "/new/b"])
    #expect(server.connectionCount == 1)
  }

  @Test func threeRedirectsAreFollowedAndNoFourth() async throws {
    let server = try await LoopbackServer(files: ["/4": [1]])
    for hop in 0..<4 { server.behave(at: "/\(hop)", .redirect(to: server.origin + "/\(hop + 1)")) }
    try await withTransport { transport in
      #expect(try await transport.fetch(server.origin + "/1").bytes == [1])
      let error = try await transport.failure(server.origin + "/0")
      guard case .redirectRefused(_, _, .tooMany) = error else { return #expect(Bool(false), "\(error)") }
    }
  }

  @Test func circleEnds() async throws {
    let server = try await LoopbackServer()
    server.behave(at: "/a", .redirect(to: "/a"))
    let error = try await withTransport { try await $0.failure(server.origin + "/a") }
    let url = try RequestURL(parsing: server.origin + "/a", allowHTTPLocalhost: true)
    #expect(error == .redirectCircle(from: url, [url]))
    #expect(server.requests.count == 1)
  }

  @Test(arguments: ["/a", "/a?token=S3CRET", "a?x#y", "/./a"])
  func circleOfThreeIsNamedWithoutItsQuery(last: String) async throws {
    let server = try await LoopbackServer()
    server.behave(at: "/start", .redirect(to: "/a"))
    server.behave(at: "/a", .redirect(to: "/b", status: 301))
    server.behave(at: "/b", .redirect(to: last))
    let error = try await withTransport { try await $0.failure(server.origin + "/start") }
    let urls = try ["/start", "/a", "/b"].map {
      try RequestURL(parsing: server.origin + $0, allowHTTPLocalhost: true)
    }
    #expect(error == .redirectCircle(from: urls[0], [urls[1], urls[2]]))
    #expect(!error.isRetryable)
  }

  @Test(arguments: [
    ("https://login.example/", FetchError.RedirectReason.loginPage), ("/users/sign_in?x=1", .loginPage),
    ("https://other.example/ServiceLogin?a=b", .loginPage), ("http://192.0.2.1/captive-portal", .loginPage),
    ("https://other.example/?back=%2Fone%2Fmanifest.json", .loginPage),
    ("https://other.example/?url=http://127.0.0.1/one", .loginPage),
    ("https://login.example/one/manifest.json", .otherOrigin), ("https://other.example/one", .otherOrigin),
    ("/blob?signature=1", .query), ("https://other.example/blob?name=manifest.json", .query),
    ("/a b", .invalid),
  ])
  func loginPageIsToldApart(location: String, reason: FetchError.RedirectReason) async throws {
    let server = try await LoopbackServer()
    server.behave(at: "/one/manifest.json", .redirect(to: location))
    let error = try await withTransport { try await $0.failure(server.origin + "/one/manifest.json") }
    guard case .redirectRefused(_, _, reason) = error else { return #expect(Bool(false), "\(error)") }
  }

  @Test(
    arguments: [
      ([301, 308], "/2"), ([301, 302], "/1"), ([302, 301], nil), ([307], nil), ([303], nil),
    ] as [([Int], String?)]
  )
  func permanentRedirectsAreTold(statuses: [Int], moved: String?) async throws {
    let server = try await LoopbackServer(files: ["/\(statuses.count)": [1]])
    for (hop, status) in statuses.enumerated() {
      server.behave(at: "/\(hop)", .redirect(to: "/\(hop + 1)", status: status))
    }
    let response = try await withTransport { try await $0.fetch(server.origin + "/0") }.response
    #expect(response.redirection?.url.path == "/\(statuses.count)")
    #expect(response.redirection?.movedTo?.path == moved)
  }

  @Test(arguments: [
    "http://localhost:%/b", "http://127.0.0.1:1/b", "https://registry.example/b", "//registry.example/b",
  ])
  func otherOriginIsRefused(template: String) async throws {
    let server = try await LoopbackServer(files: ["/b": [1]])
    let location = template.split(separator: "%", omittingEmptySubsequences: false).joined(
      separator: "\(server.port)"
    )
    server.behave(at: "/a", .redirect(to: location))
    let error = try await withTransport { try await $0.failure(server.origin + "/a") }
    guard case .redirectRefused(let from, let origin, let reason) = error else {
      return #expect(Bool(false), "\(error)")
    }
    #expect(from.path == "/a")
    let expected = template.hasPrefix("//") ? "http:" + location : location
    #expect(origin.map { $0 + "/b" } == expected)
    // `//host` takes over http, which is for loopback only.
    #expect(reason == (template.hasPrefix("//") ? .invalid : .otherOrigin))
    #expect(server.requests.count == 1)
    #expect(!error.isRetryable)
  }

  @Test(
    arguments: [
      "", "/b#c", "file:///etc/passwd", "http://user@127.0.0.1/b", "/a b", "/$(x)",
      "javascript:alert(1)", "/../..\\b", "http://", "ftp://127.0.0.1/b",
    ])
  func invalidTargetIsRefused(location: String) async throws {
    let server = try await LoopbackServer()
    server.behave(at: "/a", .redirect(to: location))
    let error = try await withTransport { try await $0.failure(server.origin + "/a") }
    guard case .redirectRefused(_, _, .invalid) = error else { return #expect(Bool(false), "\(error)") }
    #expect(server.requests.count == 1)
  }

  @Test(arguments: [
    "https://me:S3CRET@other.example/a?t=S3CRET", "//me:S3CRET@other.example/S3CRET#S3CRET",
    "/a?token=S3CRET",
    "https://other.example/S3CRET/catalog.yaml", "https://me:S3/CRET@other.example/", "S3CRET://x",
    "https://S3CRET:x/",
  ])
  func secretOfATargetIsNotRepeated(location: String) async throws {
    let server = try await LoopbackServer()
    server.behave(at: "/a", .redirect(to: location))
    let error = try await withTransport { try await $0.failure(server.origin + "/a") }
    #expect(!"\(error)".contains("CRET"), "\(error)")
  }

  @Test func redirectWithoutTargetIsRefused() async throws {
    let server = try await LoopbackServer()
    server.behave(at: "/a", .status(302))
    let error = try await withTransport { try await $0.failure(server.origin + "/a") }
    guard case .redirectRefused(_, nil, .invalid) = error else { return #expect(Bool(false), "\(error)") }
  }

  @Test func endlessBodyOfARedirectDoesNotHoldItUp() async throws {
    let server = try await LoopbackServer(files: ["/b": [1]])
    let chunk = "4000\r\n" + String(repeating: "x", count: 0x4000) + "\r\n"
    server.behave(
      at: "/a",
      .raw(
        "HTTP/1.1 302 Found\r\nLocation: /b\r\nTransfer-Encoding: chunked\r\n\r\n",
        .sendForever(Array(chunk.utf8))
      )
    )
    let fetched = try await withTransport { try await $0.fetch(server.origin + "/a") }
    #expect(fetched.bytes == [1])
  }

  @Test func entityTagIsSentAlong() async throws {
    let server = try await LoopbackServer(files: ["/b": [1]])
    server.behave(at: "/a", .redirect(to: "/b"))
    try await withTransport { transport in
      let tag = try #require(try await transport.fetch(server.origin + "/a").response.etag)
      #expect(try await transport.fetch(server.origin + "/a", etag: tag).response.isNotModified)
    }
  }
}
