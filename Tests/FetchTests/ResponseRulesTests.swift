import NIOHTTP1
import Testing

@testable import Fetch
@testable import RegistryModel

@Suite struct ResponseRulesTests {
  private func judge(
    _ fields: [(String, String)],
    status: HTTPResponseStatus = .ok,
    etag: String? = nil,
    isHTTP2: Bool = false
  ) throws -> ResponseVerdict {
    let url = try RequestURL(parsing: "https://registry.example/a", allowHTTPLocalhost: false)
    let rules = ResponseRules(
      request: FetchRequest(url: url, maxBytes: 100, etag: etag),
      url: url,
      maxHeaderBytes: 1000
    )
    let version = isHTTP2 ? HTTPVersion.http2 : .http1_1
    return rules.judge(
      HTTPResponseHead(version: version, status: status, headers: HTTPHeaders(fields)),
      now: 0
    )
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
    #expect(try judge([], status: .notModified, etag: "\"x\"") == .notModified(etag: nil))
    for etag in [nil, "bad"] {
      guard case .refused(.status(_, 304, nil)) = try judge([], status: .notModified, etag: etag) else {
        return #expect(Bool(false))
      }
    }
  }

  @Test func severalLocationsAreRefused() throws {
    let verdict = try judge([("Location", "/a"), ("Location", "/b")], status: .found)
    guard case .refused(.redirectRefused(_, "/a, /b", .invalid)) = verdict else {
      return #expect(Bool(false))
    }
  }

  @Test func manyHeadersAreRefused() throws {
    let fields = (0..<100).map { ("x-\($0)", "0123456789") } + [("Content-Length", "1")]
    guard case .refused(.headersTooLarge(_, 1000)) = try judge(fields) else { return #expect(Bool(false)) }
  }
}
