import TestSupport
import Testing

@testable import RegistrySync

@Suite struct RequestURLTests {
  static let base = "https://example.com/b/c/manifest.json"

  private func resolve(_ reference: String, base: String = base) throws -> String {
    let base = try RequestURL(parsing: base, allowHTTPLocalhost: true)
    return try RequestURL(parsing: reference, relativeTo: base, allowHTTPLocalhost: true).description
  }

  @Test(
    arguments: [
      ("https://example.com/x", "https://example.com/x"),
      ("HTTPS://Example.com:443/x/", "https://example.com/x/"),
      ("https://other.example/y", "https://other.example/y"),
      ("//other.example:8443/y", "https://other.example:8443/y"),
      ("/x/y", "https://example.com/x/y"), ("x", "https://example.com/b/c/x"),
      ("./x", "https://example.com/b/c/x"),
      ("x/", "https://example.com/b/c/x/"), (".", "https://example.com/b/c/"),
      ("./", "https://example.com/b/c/"),
      ("..", "https://example.com/b/"), ("../", "https://example.com/b/"),
      ("../x", "https://example.com/b/x"),
      ("../../x", "https://example.com/x"), ("../../../../x", "https://example.com/x"),
      ("/./x", "https://example.com/x"), ("/../x", "https://example.com/x"),
      ("x.", "https://example.com/b/c/x."),
      (".x", "https://example.com/b/c/.x"), ("x..", "https://example.com/b/c/x.."),
      ("..x", "https://example.com/b/c/..x"), ("./../x", "https://example.com/b/x"),
      ("./x/.", "https://example.com/b/c/x/"),
      ("x/./y", "https://example.com/b/c/x/y"), ("x/../y", "https://example.com/b/c/y"),
      ("https://example.com/a/../x", "https://example.com/x"),
      ("//example.com/a/./x", "https://example.com/a/x"),
      ("a%20b", "https://example.com/b/c/a%20b"), ("a:b/c", nil), ("./a:b", "https://example.com/b/c/a:b"),
    ] as [(String, String?)]
  )
  func resolvesAsRFC3986(reference: String, expected: String?) throws {
    guard let expected else {
      #expect(throws: URLProblem.notAbsolute) { try resolve(reference) }
      return
    }
    #expect(try resolve(reference) == expected)
  }

  @Test(arguments: [
    ("", URLProblem.empty), ("?x", .query(offset: 37)), ("#x", .fragment(offset: 37)),
    ("x?y", .query(offset: 25)), ("/x#y", .fragment(offset: 21)),
    ("https://example.com/x?y", .query(offset: 21)),
    ("//user@example.com/", .userInfo), ("https://user:pw@example.com/x", .userInfo),
    ("http://example.com/x", .plainHTTPNotLoopback(host: "example.com")),
    ("file:///etc/passwd", .schemeNotAllowed("file")), ("mailto:a", .notAbsolute),
    ("%2e%2e/x", .dotSegment(offset: 24)), ("/%2e/x", .dotSegment(offset: 20)),
    ("a%2fb", .forbiddenEscape(byte: 0x2F, offset: 25)), ("a//b", .emptySegment(offset: 26)),
    ("/a b", .whitespace(offset: 21)), ("/a\r\nX: y", .whitespace(offset: 21)),
    ("/a\u{1B}", .controlCharacter(offset: 21)),
    ("\\\\other.example\\x", .forbiddenCharacter("\\", offset: 24)),
    ("//", .emptyHost), ("///x", .emptyHost), ("//other.example", .noPath),
    ("/" + String(repeating: "a", count: 2048), .tooLong(bytes: 2049, limit: 2048)),
    ("/" + String(repeating: "a", count: 2040), .tooLong(bytes: 2060, limit: 2048)),
  ])
  func checksTheResult(reference: String, problem: URLProblem) {
    #expect(throws: problem) { try resolve(reference) }
  }

  @Test func loopbackHTTPNeedsThePolicy() throws {
    let base = try RequestURL(parsing: "http://localhost:8080/x", allowHTTPLocalhost: true)
    #expect(throws: URLProblem.plainHTTPNotEnabled(host: "localhost")) {
      try RequestURL(parsing: "y", relativeTo: base, allowHTTPLocalhost: false)
    }
    #expect(try resolve("y", base: "http://localhost:8080/x") == "http://localhost:8080/y")
  }

  @Test(arguments: [
    ("https://example.com:443/other", true), ("https://EXAMPLE.com/", true),
    ("https://example.com:8443/", false),
    ("https://www.example.com/", false), ("https://example.org/", false),
  ])
  func comparesOrigins(text: String, isSame: Bool) throws {
    let base = try RequestURL(parsing: Self.base, allowHTTPLocalhost: false)
    let other = try RequestURL(parsing: text, allowHTTPLocalhost: false)
    #expect(base.isSameOrigin(as: other) == isSame && other.isSameOrigin(as: base) == isSame)
  }

  @Test func schemeAndPortBelongToTheOrigin() throws {
    let secure = try RequestURL(parsing: "https://localhost:8080/", allowHTTPLocalhost: true)
    let plain = try RequestURL(parsing: "http://localhost:8080/", allowHTTPLocalhost: true)
    #expect(!secure.isSameOrigin(as: plain) && !plain.isSameOrigin(as: secure))
  }

  @Test func absoluteURLsWithDotSegmentsAreRefusedOutsideRedirects() {
    #expect(throws: URLProblem.dotSegment(offset: 22)) {
      try RequestURL(parsing: "https://example.com/a/../x", allowHTTPLocalhost: false)
    }
  }

  @Test func mutatedReferencesNeverCrash() throws {
    var generator = SeededGenerator(seed: 7)
    let base = try RequestURL(parsing: Self.base, allowHTTPLocalhost: false)
    for _ in 0..<20000 {
      let bytes = generator.mutate(
        Array("//example.com/../a/./b".utf8),
        pool: Array("./:%2e?#[]@\\aé\0".utf8)
      )
      let text = String(decoding: bytes, as: UTF8.self)
      guard let url = try? RequestURL(parsing: text, relativeTo: base, allowHTTPLocalhost: false) else {
        continue  // Refused is a fine outcome here.
      }
      #expect(try RequestURL(parsing: url.description, allowHTTPLocalhost: false) == url)
    }
  }
}
