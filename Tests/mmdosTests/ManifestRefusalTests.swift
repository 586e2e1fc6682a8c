import TestScenes
import TestServers
import TestSupport
import Testing

/// Manifests that no honest publisher makes, served over HTTP and synced by the built program
/// (DESIGN section 5, issue 2, "Show" 3).
@Suite(.timeLimit(.minutes(10))) struct ManifestRefusalTests {
  /// Syncs a registry whose manifest must be refused before any of its files is asked for.
  private func expectRefused(
    _ bytes: [UInt8]?,
    exit code: Int32 = 3,
    _ texts: [String],
    sourceLocation: SourceLocation = #_sourceLocation
  ) async throws {
    let project = try TestProject()
    let server = try await LoopbackServer()
    // It ends with its last reference.
    defer { withExtendedLifetime(server) {} }
    TestRegistry(count: 2).publish(on: server)
    server.set(TestRegistry.base + "manifest.json", bytes)
    try project.setSources(["web": server.registryURL])
    let before = try project.state()
    let result = try await project.sync()
    expect(result, exit: code, error: "error: ", "/registry/manifest.json", sourceLocation: sourceLocation)
    for text in texts {
      #expect(result.error.contains(text), "\(result.error)", sourceLocation: sourceLocation)
    }
    #expect(
      !result.error.unicodeScalars.contains { $0.value < 0x20 && $0 != "\n" },
      sourceLocation: sourceLocation
    )
    #expect(
      !result.error.unicodeScalars.contains { $0.properties.isBidiControl },
      sourceLocation: sourceLocation
    )
    try expectUnchanged(project, since: before, sourceLocation: sourceLocation)
    #expect(Set(server.targets) == [TestRegistry.base + "manifest.json"], sourceLocation: sourceLocation)
    #expect(project.objects().isEmpty, sourceLocation: sourceLocation)
  }

  private static let hash = TestRegistry.quote(TestRegistry.hash(Array("x".utf8)))

  // MARK: Paths

  struct PathCase: Sendable, CustomTestStringConvertible {
    let path: String
    let text: String
    init(_ path: String, _ text: String) { (self.path, self.text) = (path, text) }
    var testDescription: String { "\(text): \(String(reflecting: path.prefix(40)))" }
  }

  private static func repeated(_ text: String, _ count: Int) -> String {
    String(repeating: text, count: count)
  }

  static let paths: [PathCase] = [
    PathCase("", "the path is empty"),
    PathCase("/etc/passwd.md", "the path is not relative"),
    PathCase("catalog//a.md", "the path has an empty component"),
    PathCase("catalog/", "the path has an empty component"),
    PathCase("./a.md", "the path has a '.' component"),
    PathCase("catalog/../../a.md", "the path has a '..' component"),
    PathCase("catalog/..", "the path has a '..' component"),
    PathCase(#"catalog\a.md"#, "the path has a forbidden character, U+005C"),
    PathCase("C:a.md", "the path has a forbidden character, U+003A"),
    PathCase("a.md:stream.md", "the path has a forbidden character, U+003A"),
    PathCase("a*.md", "the path has a forbidden character, U+002A"),
    PathCase("a?.md", "the path has a forbidden character, U+003F"),
    PathCase("a\".md", "the path has a forbidden character, U+0022"),
    PathCase("a<.md", "the path has a forbidden character, U+003C"),
    PathCase("a>.md", "the path has a forbidden character, U+003E"),
    PathCase("a|.md", "the path has a forbidden character, U+007C"),
    PathCase("a\u{0}.md", "the path has a control character, U+0000"),
    PathCase("a\n.md", "the path has a control character, U+000A"),
    PathCase("\u{1B}[2Ja.md", "the path has a control character, U+001B"),
    PathCase("a\u{7F}.md", "the path has a control character, U+007F"),
    PathCase("a\u{9B}.md", "the path has a control character, U+009B"),
    PathCase("a\u{2028}.md", "the path has a control character, U+2028"),
    PathCase("dm.\u{202E}exe.md", "the path has a direction-changing character, U+202E"),
    PathCase("a\u{2066}.md", "the path has a direction-changing character, U+2066"),
    PathCase("a\u{200B}.md", "the path has a zero-width character, U+200B"),
    PathCase("a\u{FEFF}.md", "the path has a zero-width character, U+FEFF"),
    PathCase("a\u{AD}.md", "the path has a invisible character, U+00AD"),
    PathCase("a\u{FE0F}.md", "the path has a invisible character, U+FE0F"),
    PathCase("e\u{301}.md", "the path is not in Unicode normalization form C"),
    PathCase("catalog/ a.md", "begins with a space"),
    PathCase("catalog/a.md ", "ends in a space"),
    PathCase("catalog./a.md", "ends in a dot"),
    PathCase("catalog/a.md.", "ends in a dot"),
    PathCase("con.md", "is a device name on Windows"),
    PathCase("catalog/NUL.tar.md", "is a device name on Windows"),
    PathCase("Com1.md", "is a device name on Windows"),
    PathCase("lpt9 .md", "is a device name on Windows"),
    PathCase("com\u{B9}.md", "is a device name on Windows"),
    PathCase("conin$.md", "is a device name on Windows"),
    PathCase(".git/config.md", "is a version control name"),
    PathCase("catalog/.GIT/a.md", "is a version control name"),
    PathCase("git~1/a.md", "is a version control name"),
    PathCase(".gitmodules", "is a version control name"),
    PathCase(".gitattributes", "is a version control name"),
    PathCase(".hg/a.md", "is a version control name"),
    PathCase("a/.svn/a.md", "is a version control name"),
    PathCase("__proto__/a.md", "is a reserved name"),
    PathCase("__PROTO__", "is a reserved name"),
    PathCase("checksums.json", "is reserved at the root of a registry"),
    PathCase("CheckSums.json", "is reserved at the root of a registry"),
    PathCase("manifest.json", "is reserved at the root of a registry"),
    PathCase(repeated("a/", 32) + "b.md", "the path has 33 components, more than 32"),
    PathCase(repeated("a", 253) + ".md", "a component is 256 bytes long, more than 255"),
    PathCase(
      repeated(repeated("a", 200) + "/", 5) + repeated("b", 20) + ".md",
      "1028 bytes long, more than 1024"
    ),
    PathCase("CATALOG.yaml", "differ in case only"),
    PathCase("Catalog/a.md", "differ in case only"),
    PathCase("catalog.yaml/a.md", "is a file and"),
  ]

  @Test(arguments: paths)
  func pathThatBreaksARuleIsRefused(_ test: PathCase) async throws {
    var registry = TestRegistry(count: 2)
    registry.extraHashes = ["\(TestRegistry.quote(test.path)): \(Self.hash)"]
    try await expectRefused(registry.manifest, [test.text])
  }

  // MARK: Fields

  struct FieldCase: Sendable, CustomTestStringConvertible {
    let field: String
    let value: String?
    let text: String
    init(_ field: String, _ value: String?, _ text: String) {
      (self.field, self.value, self.text) = (field, value, text)
    }
    var testDescription: String { "\(field): \(value?.prefix(40) ?? "absent")" }
  }

  static let badFields: [FieldCase] =
    [
      "registry_name", "publisher", "version", "generated_at", "catalog_hash", "files_hashes",
      "minimum_mmdo_version", "safety_policy_version",
    ].map { FieldCase($0, nil, "the key '\($0)' is missing") }
    + ["registry_name", "publisher", "version", "generated_at", "catalog_hash", "minimum_mmdo_version"].map {
      FieldCase($0, "7", "'\($0)' must be")
    } + [
      FieldCase("registry_name", "\"\"", "'registry_name'"),
      FieldCase("publisher", #""a\nb""#, "'publisher'"),
      FieldCase("publisher", #""\u001b[31mred""#, "'publisher'"),
      FieldCase("publisher", #""a\u202eb""#, "'publisher'"),
      FieldCase("version", "\"1.0\"", "'version' is '1.0'"),
      FieldCase("version", "\"01.0.0\"", "'version' is '01.0.0'"),
      FieldCase("version", "\"latest\"", "'version' is 'latest'"),
      FieldCase("version", "\"1234567890.0.0\"", "'version' is '1234567890.0.0'"),
      FieldCase("generated_at", "\"yesterday\"", "'generated_at' is 'yesterday'"),
      FieldCase("generated_at", "\"2026-13-01T00:00:00Z\"", "'generated_at' is '2026-13-01T00:00:00Z'"),
      FieldCase("generated_at", "\"2026-02-30T00:00:00Z\"", "'generated_at' is '2026-02-30T00:00:00Z'"),
      FieldCase("catalog_hash", "\"sha256:abc\"", "the hash of 'catalog_hash' is 'sha256:abc'"),
      FieldCase("catalog_hash", "\"sha1:\(repeated("a", 40))\"", "the hash of 'catalog_hash'"),
      FieldCase("catalog_hash", "\"\(repeated("a", 64))\"", "the hash of 'catalog_hash'"),
      FieldCase("catalog_hash", "\"sha256:\(repeated("A", 64))\"", "the hash of 'catalog_hash'"),
      FieldCase(
        "catalog_hash",
        "\"sha256:\(repeated("a", 64))\"",
        "but 'files_hashes' names 'catalog.yaml' with"
      ),
      FieldCase("files_hashes", "[]", "'files_hashes' must be"),
      FieldCase("files_hashes", "null", "'files_hashes' must be"),
      FieldCase("files_hashes", "{\"a.md\": 7}", "'a.md' must be"),
      FieldCase("files_hashes", "{\"a.md\": \"sha256:\"}", "the hash of 'a.md' is 'sha256:'"),
      FieldCase("minimum_mmdo_version", "\"soon\"", "'minimum_mmdo_version' is 'soon'"),
      FieldCase("minimum_mmdo_version", "\"9.0.0\"", "the registry needs mmdos 9.0.0 or newer, this is"),
      FieldCase("expires_at", "\"never\"", "'expires_at' is 'never'"),
      FieldCase("signature", "\"abc\"", "signature"),
      FieldCase("signature", "{\"algorithm\": \"rsa\"}", "signature block 1"),
      FieldCase("signatures", "{}", "signatures"),
      FieldCase("signatures", "[7]", "signature block"),
    ]

  @Test(arguments: badFields)
  func fieldThatBreaksARuleIsRefused(_ test: FieldCase) async throws {
    var registry = TestRegistry(count: 2)
    if ["expires_at", "signatures"].contains(test.field), let value = test.value {
      registry.extraFields = ["\"\(test.field)\": \(value)"]
    } else {
      registry.fields[test.field] = .some(test.value)
    }
    try await expectRefused(registry.manifest, [test.text])
  }

  @Test func newerProgramIsAskedForInTheHint() async throws {
    var registry = TestRegistry(count: 2)
    registry.fields["minimum_mmdo_version"] = "\"9.0.0\""
    try await expectRefused(registry.manifest, ["hint: install a newer mmdos"])
  }

  @Test(arguments: [
    ("version", ["\"version\": \"9.0.0\""], [String]()),
    ("catalog/b.md", [], ["\"catalog/b.md\": \"\"", "\"catalog/b.md\": \"\""]),
  ])
  func keyThatIsThereTwiceIsRefused(key: String, fields: [String], hashes: [String]) async throws {
    var registry = TestRegistry(count: 2)
    registry.extraFields = fields
    registry.extraHashes = hashes
    try await expectRefused(registry.manifest, ["the key '\(key)' appears twice", "manifest.json:"])
  }

  // MARK: The text itself

  static let texts: [(String, [UInt8], String)] = [
    ("empty", [], "found the end of the text"),
    ("a list", Array("[]".utf8), "must be"),
    ("cut", Array(TestRegistry().manifest.dropLast(20)), "found"),
    ("something behind", TestRegistry().manifest + Array("{}".utf8), "found '{'"),
    ("a comment", Array("// x\n".utf8) + TestRegistry().manifest, "found '/'"),
    ("a byte order mark", [0xEF, 0xBB, 0xBF] + TestRegistry().manifest, "byte order mark"),
    ("not UTF-8", Array("{\"a\": \"".utf8) + [0xFF, 0xFE] + Array("\"}".utf8), "not valid UTF-8"),
    ("too deep", Array((repeated("[", 65) + repeated("]", 65)).utf8), "nested deeper than 64"),
    ("too large a number", Array("{\"a\": 1e999}".utf8), "out of range"),
    ("half a surrogate", Array(#"{"a": "\ud800"}"#.utf8), "lacks its other half"),
  ]

  /// What a portal, or a host that has moved, answers with.
  @Test(arguments: [
    "<!doctype html><title>Not found</title>", " \r\n<html>", "\u{FEFF}<?xml version='1.0'?>",
  ])
  func webPageIsNotTakenForAManifest(text: String) async throws {
    try await expectRefused(
      Array(text.utf8),
      exit: 5,
      ["a web page came instead of a manifest", "hint: the address leads elsewhere, or a portal"]
    )
  }

  @Test(arguments: texts)
  func textThatIsNotStrictJSONIsRefused(name: String, bytes: [UInt8], text: String) async throws {
    try await expectRefused(bytes, [text])
  }

  @Test func placeOfTheProblemIsNamed() async throws {
    let text = "{\n  \"registry_name\": \"a\",\n  \"publisher\": oops\n}\n"
    try await expectRefused(Array(text.utf8), ["/registry/manifest.json:3:16: "])
  }

  @Test func missingManifestIsAnError() async throws {
    try await expectRefused(nil, exit: 5, ["the server answered 404"])
  }

  @Test func failureIsOneJSONDocumentWhereAskedFor() async throws {
    let project = try TestProject()
    let server = try await LoopbackServer()
    // It ends with its last reference.
    defer { withExtendedLifetime(server) {} }
    var registry = TestRegistry(count: 2)
    registry.extraHashes = ["\"../a.md\": \(Self.hash)"]
    registry.publish(on: server)
    try project.setSources(["web": server.registryURL])
    let result = try await project.run("registry", "sync", "web", "--approved", "--json")
    expect(
      result,
      exit: 3,
      error: "\"code\": 3",
      "\"kind\": \"invalid-manifest\"",
      "the path has a '..' component"
    )
    #expect(result.output == "")
    #expect(result.error.hasPrefix("{\n  \"error\": {"))
  }
}
