import Testing

@testable import Preview

@Suite struct RequestHeadTests {
  private func parse(_ text: String) -> RequestHead? { RequestHead(parsing: Array(text.utf8)[...]) }

  @Test func partsAreKept() throws {
    let head = try #require(
      parse("GET /a%20b?x HTTP/1.1\r\nHost:  localhost \r\nA: 1\r\na: 2,\t3 ,, \r\nEmpty:")
    )
    #expect(head.method == "GET")
    #expect(head.target == "/a%20b?x")
    #expect(head.minorVersion == 1)
    #expect(head.values("host") == ["localhost"])
    #expect(head.values("a") == ["1", "2,\t3 ,,"])
    #expect(head.members("a") == ["1", "2", "3"])
    #expect(head.values("empty") == [""])
    #expect(head.values("absent") == [])
  }

  @Test(arguments: [
    "", " ", "GET", "GET /", "GET / HTTP/1.1 ", " GET / HTTP/1.1", "GET  / HTTP/1.1", "GET / HTTP/2.0",
    "GET / HTTP/1.2", "GET / http/1.1", "GET / HTTP/1.1\n", "GET\t/\tHTTP/1.1", "G(T / HTTP/1.1",
    "GET /é HTTP/1.1",
    "GET / HTTP/1.1\r\nHost", "GET / HTTP/1.1\r\n: x", "GET / HTTP/1.1\r\nHost : x",
    "GET / HTTP/1.1\r\nHost: x\r\n folded", "GET / HTTP/1.1\r\nHost: x\ny: z",
    "GET / HTTP/1.1\r\nHost: x\u{0}",
    "GET / HTTP/1.1\r\nHost: x\rA: b", "GET / HTTP/1.1\r\nHost: \u{7F}", "GET / HTTP/1.1\r\n\r\n",
  ])
  func whatIsNoRequestIsRefused(text: String) {
    #expect(parse(text) == nil)
  }

  @Test func bytesThatAreNoTextAreRefused() {
    #expect(RequestHead(parsing: Array("GET / HTTP/1.1\r\nHost: ".utf8) + [0xFF]) == nil)
  }

  @Test(arguments: [
    ("HTTP/1.1", "", true), ("HTTP/1.1", "Connection: close", false),
    ("HTTP/1.1", "Connection: x, CLOSE", false),
    ("HTTP/1.0", "", false), ("HTTP/1.0", "Connection: Keep-Alive", true),
    ("HTTP/1.0", "Connection: keep-alive, close", false),
  ])
  func connectionIsKeptByTheRules(version: String, field: String, isKept: Bool) throws {
    let head = try #require(parse("GET / \(version)" + (field.isEmpty ? "" : "\r\n\(field)")))
    #expect(head.keepsAlive == isKept)
  }

  @Test(arguments: [
    ("A: b", false), ("Content-Length: 0", false), ("Content-Length: 1", true), ("Content-Length: x", true),
    ("Content-Length: 0\r\nContent-Length: 5", true), ("Transfer-Encoding: chunked", true),
  ])
  func bodyIsAnnounced(field: String, hasBody: Bool) throws {
    #expect(try #require(parse("GET / HTTP/1.1\r\n\(field)")).hasBody == hasBody)
  }
}
