import Testing

@testable import RegistryModel

@Suite struct PathPatternTests {
  @Test(arguments: [
    (".env", ".env"), (".env", "a/.env"), (".env", "a/.env/b"), (".ENV", "a/.env"),
    ("node_modules/", "x/node_modules/y"),
    ("/a/b/", "a/b/c"), ("./a/b", "x/a/b"), ("*.sh", "a/b.sh"), ("**/*.sh", "b.sh"), ("**/*.sh", "a/b/c.sh"),
    ("a/**/c", "a/c"), ("a/**/c", "a/x/y/c"), ("a/**", "a/b"), ("s?x", "six"), ("*", "a"),
    ("a*b*c", "axxbyybc"),
    ("Straße", "STRASSE"), ("a//b", "a/b"),
  ])
  func covers(pattern: String, path: String) throws {
    #expect(try #require(PathPattern(parsing: pattern)).covers(ManifestPath(parsing: path)))
  }

  @Test(arguments: [
    (".env", ".environment"), (".env", "x.env"), ("a/b", "a/x/b"), ("a/b", "b/a"), ("*.sh", "a.shx"),
    ("s?x", "sx"),
    ("a/**/c", "a/b"), ("a/b/c", "a/b"), ("a*b", "ac"), ("[ab]", "a"),
  ])
  func doesNotCover(pattern: String, path: String) throws {
    #expect(try !#require(PathPattern(parsing: pattern)).covers(ManifestPath(parsing: path)))
  }

  @Test(arguments: ["", "/", ".", "./", "..", "a/../b", "**", "**/**", String(repeating: "a", count: 1025)])
  func refuses(pattern: String) {
    #expect(PathPattern(parsing: pattern) == nil)
  }
}
