import Testing

@testable import Fetch
@testable import RegistryModel

@Suite struct ResponseRulesTests {
  private func judge(
    _ fields: [(String, String)],
    status: Int = 200,
    etag: String? = nil,
    isHTTP2: Bool = false
  ) throws -> ResponseVerdict {
    let url = try RequestURL(parsing: "https://registry.example/a", allowHTTPLocalhost: false)
    let rules = ResponseRules(request: FetchRequest(url: url, maxBytes: 100, etag: etag), url: url)
    let head = ResponseHead(
      status: status,
      majorVersion: isHTTP2 ? 2 : 1,
      fields: fields.map { .init(name: $0.0.lowercased(), value: $0.1) }
    )
    return rules.judge(head, now: 0)
  }

  @Test func lengthIsTakenOver() throws {
    #expect(
      try judge([("Content-Length", "100"), ("ETag", "\"x\"")]) == .body(expectedBytes: 100, etag: "\"x\"")
    )
  }

  @Test func chunksNeedNoLength() throws {
    #expect(try judge([("Transfer-Encoding", "chunked")]) == .body(expectedBytes: nil, etag: nil))
  }

  @Test func streamNeedsNoLength() throws {
    #expect(try judge([], isHTTP2: true) == .body(expectedBytes: nil, etag: nil))
  }

  @Test(arguments: [[], [("Transfer-Encoding", "gzip")], [("Transfer-Encoding", "chunked, gzip")]])
  func bodyWithoutEndIsRefused(fields: [(String, String)]) throws {
    guard case .refused(.unframedBody) = try judge(fields) else { return #expect(Bool(false)) }
  }

  @Test(arguments: ["-1", "+1", "", " ", "1 2", "0x1", "99999999999999999999"])
  func senselessLengthIsRefused(length: String) throws {
    guard case .refused(.malformedResponse) = try judge([("Content-Length", length)]) else {
      return #expect(Bool(false))
    }
  }

  @Test func contradictingLengthsAreRefused() throws {
    let verdict = try judge([("Content-Length", "1"), ("Content-Length", "2")])
    guard case .refused(.malformedResponse) = verdict else { return #expect(Bool(false)) }
  }

  @Test func lengthOverTheLimitIsRefused() throws {
    guard case .refused(.bodyTooLarge(_, 100)) = try judge([("Content-Length", "101")]) else {
      return #expect(Bool(false))
    }
  }

  @Test func identityIsNoEncoding() throws {
    let verdict = try judge([("Content-Encoding", "identity"), ("Content-Length", "1")])
    #expect(verdict == .body(expectedBytes: 1, etag: nil))
  }

  @Test func malformedEntityTagIsDropped() throws {
    #expect(try judge([("Content-Length", "1"), ("ETag", "x")]) == .body(expectedBytes: 1, etag: nil))
    let twice = try judge([("Content-Length", "1"), ("ETag", "\"x\""), ("ETag", "\"y\"")])
    #expect(twice == .body(expectedBytes: 1, etag: nil))
  }

  @Test func notModifiedCountsOnlyIfATagWasSent() throws {
    #expect(try judge([], status: 304, etag: "\"x\"") == .notModified(etag: nil))
    for etag in [nil, "bad"] {
      guard case .refused(.status(_, 304, nil)) = try judge([], status: 304, etag: etag) else {
        return #expect(Bool(false))
      }
    }
  }

  @Test func severalLocationsAreRefused() throws {
    let verdict = try judge([("Location", "/a"), ("Location", "/b")], status: 302)
    guard case .refused(.redirectRefused(_, nil, .invalid)) = verdict else {
      return #expect(Bool(false))
    }
  }

  @Test func lengthAndChunksTogetherAreRefused() throws {
    let verdict = try judge([("Content-Length", "1"), ("Transfer-Encoding", "chunked")])
    guard case .refused(.malformedResponse(_, .framing)) = verdict else { return #expect(Bool(false)) }
  }
}
