import TestSupport
import Testing

@testable import RegistryModel

@Suite struct RegistryURLTests {
  @Test(arguments: [
    ("https://example.com/catalog.yaml", "https://example.com/catalog.yaml"),
    ("https://example.com/", "https://example.com/catalog.yaml"),
    ("HTTPS://Example.COM:443/A/b/", "https://example.com/A/b/catalog.yaml"),
    ("https://example.com:8443/catalog.yaml", "https://example.com:8443/catalog.yaml"),
    ("https://example.com:80/", "https://example.com:80/catalog.yaml"),
    ("https://a-b.c1.example/x~y_z-1.2/", "https://a-b.c1.example/x~y_z-1.2/catalog.yaml"),
    ("https://example.com/a%20b/%7euser/%c3%a9/", "https://example.com/a%20b/~user/%C3%A9/catalog.yaml"),
    ("https://example.com/é/", "https://example.com/%C3%A9/catalog.yaml"),
    ("https://example.com/p@1.0,x!y=z+w:q/", "https://example.com/p@1.0,x!y=z+w:q/catalog.yaml"),
    ("https://example.com/%252F/", "https://example.com/%252F/catalog.yaml"),
    ("https://example.com/catalog%2Eyaml", "https://example.com/catalog.yaml"),
    ("https://example.com/...a/", "https://example.com/...a/catalog.yaml"),
    ("https://192.0.2.7/", "https://192.0.2.7/catalog.yaml"),
    ("https://localhost/", "https://localhost/catalog.yaml"),
    ("https://[2001:DB8:0:0:0:0:0:1]:443/", "https://[2001:db8::1]/catalog.yaml"),
    ("https://[::]/", "https://[::]/catalog.yaml"),
    ("https://[1:0:0:2:0:0:0:3]/", "https://[1:0:0:2::3]/catalog.yaml"),
    ("https://[1:0:2:3:4:5:6:7]/", "https://[1:0:2:3:4:5:6:7]/catalog.yaml"),
    ("https://[::ffff:192.0.2.1]/", "https://[::ffff:c000:201]/catalog.yaml"),
    ("https://[1::]/", "https://[1::]/catalog.yaml"),
  ])
  func normalizes(text: String, expected: String) throws {
    let url = try RegistryURL(parsing: text, allowHTTPLocalhost: false)
    #expect(url.description == expected)
    #expect(try RegistryURL(parsing: expected, allowHTTPLocalhost: false) == url)
    #expect(!url.isLoopbackHTTP)
  }

  @Test(arguments: [
    ("http://localhost/", "http://localhost/catalog.yaml", 80),
    ("http://LOCALHOST:8080/x/", "http://localhost:8080/x/catalog.yaml", 8080),
    ("http://127.0.0.1:80/catalog.yaml", "http://127.0.0.1/catalog.yaml", 80),
    ("http://[::1]:1/", "http://[::1]:1/catalog.yaml", 1),
    ("http://[0:0:0:0:0:0:0:1]/", "http://[::1]/catalog.yaml", 80),
  ])
  func plainHTTPIsForThisMachineWhenAllowed(text: String, expected: String, port: Int) throws {
    let url = try RegistryURL(parsing: text, allowHTTPLocalhost: true)
    #expect(url.description == expected && url.isLoopbackHTTP && url.port == port && url.scheme == "http")
    #expect(throws: URLProblem.plainHTTPNotEnabled(host: url.host)) {
      try RegistryURL(parsing: text, allowHTTPLocalhost: false)
    }
  }

  @Test(arguments: [
    "example.com", "127.0.0.2", "localhost.example", "0.0.0.0", "[::2]", "[::ffff:7f00:1]",
    "127.0.0.1.example",
  ])
  func plainHTTPIsForNoOtherHost(host: String) {
    for isAllowed in [false, true] {
      #expect(throws: URLProblem.plainHTTPNotLoopback(host: host)) {
        try RegistryURL(parsing: "http://\(host)/", allowHTTPLocalhost: isAllowed)
      }
    }
  }

  @Test(arguments: [
    ("", URLProblem.empty), ("example.com/", .notAbsolute), ("/catalog.yaml", .notAbsolute),
    ("https:/example.com/", .notAbsolute), ("https:example.com/", .notAbsolute), ("://x/", .notAbsolute),
    ("//example.com/", .notAbsolute), ("1https://x/", .notAbsolute), ("javascript:alert/", .notAbsolute),
    ("ftp://example.com/", .schemeNotAllowed("ftp")), ("file:///etc/", .schemeNotAllowed("file")),
    ("httpss://example.com/", .schemeNotAllowed("httpss")),
    ("https://user@example.com/", .userInfo), ("https://user:pw@example.com/", .userInfo),
    ("https://@example.com/", .userInfo), ("https:///", .emptyHost), ("https:///catalog.yaml", .emptyHost),
    ("https://:443/", .emptyHost), ("https://exämple.com/", .hostNotASCII(offset: 10)),
    ("https://example.com", .noPath), ("https://example.com:1", .noPath),
    ("https://example.com/catalog.yml", .notCatalog), ("https://example.com/x", .notCatalog),
    ("https://example.com/Catalog.yaml", .notCatalog), ("https://example.com/xcatalog.yaml", .notCatalog),
    ("https://example.com/?a=b", .query(offset: 20)), ("https://example.com?/", .query(offset: 19)),
    ("https://example.com/#a", .fragment(offset: 20)),
    ("https://example.com/catalog.yaml?", .query(offset: 32)),
    ("https://example.com/ /", .whitespace(offset: 20)), (" https://example.com/", .whitespace(offset: 0)),
    ("https://example.com/\n", .whitespace(offset: 20)), ("https://example.com/\t/", .whitespace(offset: 20)),
    ("https://example.com/\u{A0}/", .whitespace(offset: 20)),
    ("https://example.com/\u{2028}/", .whitespace(offset: 20)),
    ("https://example.com/\0/", .controlCharacter(offset: 20)),
    ("https://example.com/\u{1B}/", .controlCharacter(offset: 20)),
    ("https://example.com/\u{7F}/", .controlCharacter(offset: 20)),
    ("https://example.com/\u{202E}/", .controlCharacter(offset: 20)),
    ("https://example.com/\u{200B}/", .controlCharacter(offset: 20)),
    ("https://example.com//", .emptySegment(offset: 20)),
    ("https://example.com/a//b/", .emptySegment(offset: 22)),
    ("https://example.com/./", .dotSegment(offset: 20)),
    ("https://example.com/a/../", .dotSegment(offset: 22)),
    ("https://example.com/%2e/", .dotSegment(offset: 20)),
    ("https://example.com/a/.%2E/", .dotSegment(offset: 22)),
    ("https://example.com/%2E%2e/", .dotSegment(offset: 20)),
    ("https://example.com/a/..", .dotSegment(offset: 22)),
    ("https://example.com/%/", .badEscape(offset: 20)), ("https://example.com/%4/", .badEscape(offset: 20)),
    ("https://example.com/%zz/", .badEscape(offset: 20)), ("https://example.com/a%2", .badEscape(offset: 21)),
    ("https://example.com/%2f/", .forbiddenEscape(byte: 0x2F, offset: 20)),
    ("https://example.com/a%5Cb/", .forbiddenEscape(byte: 0x5C, offset: 21)),
    ("https://example.com/%00/", .forbiddenEscape(byte: 0, offset: 20)),
    ("https://example.com/%0a/", .forbiddenEscape(byte: 10, offset: 20)),
    ("https://example.com/%7F/", .forbiddenEscape(byte: 127, offset: 20)),
    ("https://example.com/[/", .forbiddenCharacter("[", offset: 20)),
    ("https://example.com/a]/", .forbiddenCharacter("]", offset: 21)),
    ("https://" + String(repeating: "a", count: 2040) + "/", .tooLong(bytes: 2049, limit: 2048)),
  ])
  func refuses(text: String, problem: URLProblem) {
    #expect(throws: problem) { try RegistryURL(parsing: text, allowHTTPLocalhost: true) }
  }

  @Test(arguments: Array("\"'`\\$;&|<>(){}*^".unicodeScalars))
  func refusesShellCharacterAnywhere(scalar: Unicode.Scalar) {
    for (text, offset) in [("https://example.com/a\(scalar)/", 21), ("https://ex\(scalar)ample.com/", 10)] {
      #expect(throws: URLProblem.forbiddenCharacter(scalar, offset: offset)) {
        try RegistryURL(parsing: text, allowHTTPLocalhost: true)
      }
    }
  }

  @Test(arguments: [
    "example..com", ".example.com", "example.com.", "-a.com", "a-.com", "a_b.com", "exa%6dple.com", "127.1",
    "2130706433", "0x7f.0.0.1", "0x7f000001", "01.2.3.4", "256.1.1.1", "1.2.3.4.5", "1.2.3", "a.1", "a.0x",
    "a,b", "!",
    String(repeating: "a", count: 64) + ".com", String(repeating: "a.", count: 127) + "com",
  ])
  func refusesHost(host: String) {
    #expect(throws: URLProblem.badHost(host)) {
      try RegistryURL(parsing: "https://\(host)/", allowHTTPLocalhost: true)
    }
  }

  @Test(arguments: [
    "[]", "[:]", "[:::]", "[1]", "[1:2:3:4:5:6:7]", "[1:2:3:4:5:6:7:8:9]", "[1::2::3]", "[12345::]", "[g::]",
    "[::1",
    "[::1%25eth0]", "[fe80::1%1]", "[v1.x]", "[1.2.3.4]", "[::1.2.3]", "[::1.2.3.4:5]", "[1.2.3.4::]",
    "[::01.2.3.4]",
    "[1:2:3:4:5:6:7::8]", "[:1:2:3:4:5:6:7]", "[1:2:3:4:5:6:7:]", "[::1]x", "[[::1]]",
    "[1:2:3:4:5:6:7:1.2.3.4]",
  ])
  func refusesIPv6(host: String) {
    #expect(throws: URLProblem.badIPv6) {
      try RegistryURL(parsing: "https://\(host)/", allowHTTPLocalhost: true)
    }
  }

  @Test(arguments: ["x[::1]", "::1", "]", "a]b"])
  func refusesOtherBracketsAndColons(host: String) {
    #expect(throws: URLProblem.self) {
      try RegistryURL(parsing: "https://\(host)/", allowHTTPLocalhost: true)
    }
  }

  @Test(arguments: ["", "0", "00443", "0443", "65536", "99999", "123456", "-1", "+1", "8a", "1:2"])
  func refusesPort(port: String) {
    #expect(throws: URLProblem.self) {
      try RegistryURL(parsing: "https://example.com:\(port)/", allowHTTPLocalhost: true)
    }
    #expect(throws: URLProblem.badPort) {
      try RegistryURL(parsing: "https://[::1]:\(port)/", allowHTTPLocalhost: true)
    }
  }

  @Test func normalFormMustFitTheLimit() throws {
    let room = 2048 - "https://example.com//manifest.json".utf8.count
    let longest = "https://example.com/" + String(repeating: "a", count: room) + "/"
    let url = try RegistryURL(parsing: longest, allowHTTPLocalhost: false)
    #expect(url.manifestURL.description.utf8.count == 2048)
    for text in [
      "https://example.com/" + String(repeating: "a", count: room + 1) + "/",
      "https://example.com/" + String(repeating: "é", count: 500) + "/",
    ] {
      #expect(throws: URLProblem.self) { try RegistryURL(parsing: text, allowHTTPLocalhost: false) }
    }
  }

  @Test(
    arguments: [
      ("catalog.yaml", "catalog.yaml"), ("catalog/.ai/skills/a b.md", "catalog/.ai/skills/a%20b.md"),
      ("x/é.md", "x/%C3%A9.md"), ("a%2Fb.md", "a%252Fb.md"), ("a#b$c&d;e@f+g=h,i!j(k)'l.md", nil),
      ("~_-.A9z", "~_-.A9z"), ("[x]{y}^`.md", "%5Bx%5D%7By%7D%5E%60.md"),
    ] as [(String, String?)]
  )
  func requestsAreEncodedByComponent(path: String, encoded: String?) throws {
    let url = try RegistryURL(parsing: "https://example.com:8443/base/", allowHTTPLocalhost: false)
    let request = try url.requestURL(for: ManifestPath(parsing: path))
    let expected = encoded ?? "a%23b%24c%26d%3Be%40f%2Bg%3Dh%2Ci%21j%28k%29%27l.md"
    #expect(request.description == "https://example.com:8443/base/" + expected)
    #expect(try RequestURL(parsing: request.description, allowHTTPLocalhost: false) == request)
  }

  @Test func requestMustFitTheLimit() throws {
    let url = try RegistryURL(parsing: "https://example.com/", allowHTTPLocalhost: false)
    let name = String(repeating: "é", count: 120)
    let path = try ManifestPath(parsing: "\(name)/\(name)/\(name)")
    #expect(throws: URLProblem.tooLong(bytes: 2182, limit: 2048)) { try url.requestURL(for: path) }
  }

  @Test func namesItsFolderAndFiles() throws {
    let url = try RegistryURL(parsing: "https://example.com/a/b/catalog.yaml", allowHTTPLocalhost: false)
    #expect(url.baseFolder == "https://example.com/a/b/")
    #expect(url.catalogURL.description == "https://example.com/a/b/catalog.yaml")
    #expect(url.manifestURL.description == "https://example.com/a/b/manifest.json")
    #expect(url.manifestURL.path == "/a/b/manifest.json")
    #expect(url.host == "example.com" && url.port == 443 && url.scheme == "https")
  }

  @Test func mutatedURLsStayStable() throws {
    var generator = SeededGenerator(seed: 6)
    let pool = Array("%2eF/.:@[]?#\\ aé\0$-1xX".utf8)
    for seed in [
      "https://example.com:8443/a%20b/catalog.yaml", "https://[2001:db8::1]/x/", "http://127.0.0.1/",
    ] {
      for _ in 0..<8000 {
        let text = String(decoding: generator.mutate(Array(seed.utf8), pool: pool), as: UTF8.self)
        guard let url = try? RegistryURL(parsing: text, allowHTTPLocalhost: true) else {
          continue  // Refused is a fine outcome here.
        }
        #expect(try RegistryURL(parsing: url.description, allowHTTPLocalhost: true) == url)
        #expect(!url.description.contains("..") || url.description.contains("..."), "\(url)")
      }
    }
  }
}
