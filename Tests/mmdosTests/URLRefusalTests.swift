import TestScenes
import TestSupport
import Testing

/// Addresses and names that `registry add` refuses (DESIGN sections 3 and 5).
@Suite(.timeLimit(.minutes(10))) struct URLRefusalTests {
  struct Address: Sendable, CustomTestStringConvertible {
    let url: String
    let text: String
    init(_ url: String, _ text: String) { (self.url, self.text) = (url, text) }
    var testDescription: String { "\(text): \(String(reflecting: url.prefix(60)))" }
  }

  private static func address(_ text: String) -> String { "https://registry.example/\(text)catalog.yaml" }

  static let addresses: [Address] =
    [
      Address("ftp://registry.example/catalog.yaml", "scheme 'ftp' is not allowed, only 'https' is"),
      Address("file:///etc/catalog.yaml", "scheme 'file' is not allowed"),
      Address("javascript://registry.example/catalog.yaml", "scheme 'javascript' is not allowed"),
      Address("://registry.example/catalog.yaml", "is refused"),
      Address(
        "http://registry.example/catalog.yaml",
        "plain http is for 'localhost', '127.0.0.1' and '[::1]' only"
      ),
      Address("http://127.0.0.2/catalog.yaml", "plain http is for"),
      Address("http://localhost.example/catalog.yaml", "plain http is for"),
      Address("http://localhost:1/catalog.yaml", "needs 'allow_http_localhost: true' in the policy"),
      Address("http://127.0.0.1:1/catalog.yaml", "needs 'allow_http_localhost: true' in the policy"),
      Address("http://[::1]:1/catalog.yaml", "needs 'allow_http_localhost: true' in the policy"),
      Address("https://user@registry.example/catalog.yaml", "holds a user name or password"),
      Address("https://user:secret@registry.example/catalog.yaml", "holds a user name or password"),
      Address("https:///catalog.yaml", "the URL has no host"),
      Address("https://registry.example", "the URL has no path"),
      Address("https://registry.example/a", "the path ends in neither '/catalog.yaml' nor '/'"),
      Address("https://registry.example/catalog.yml", "the path ends in neither '/catalog.yaml' nor '/'"),
      Address("https://registry.example/catalog.yaml/x", "the path ends in neither"),
      Address(address("") + "?v=1", "the URL has a query at byte 37"),
      Address(address("") + "#top", "the URL has a fragment at byte 37"),
      Address(address("a b/"), "the URL has white space at byte 26"),
      Address(address("a\t/"), "the URL has"),
      Address(address("a\u{1B}[2J/"), "the URL has a control or invisible character at byte 26"),
      Address(address("\u{202E}/"), "the URL has a control or invisible character at byte 25"),
      Address(address("a%2fb/"), "stands for byte 47, which is forbidden"),
      Address(address("a%5Cb/"), "stands for byte 92, which is forbidden"),
      Address(address("a%00/"), "stands for byte 0, which is forbidden"),
      Address(address("a%zz/"), "is not '%' and two hex digits"),
      Address(address("a/../"), "has a '.' or '..' segment"),
      Address(address("a/%2e%2E/"), "has a '.' or '..' segment"),
      Address(address("./"), "has a '.' or '..' segment"),
      Address(address("a//"), "has an empty segment"),
      Address("https://r\u{E9}gistry.example/catalog.yaml", "the host is not ASCII"),
      Address("https://registry..example/catalog.yaml", "is not a valid host"),
      Address("https://-a.example/catalog.yaml", "is not a valid host"),
      Address("https://1.2.3/catalog.yaml", "is not a valid host"),
      Address("https://0x7f000001/catalog.yaml", "is not a valid host"),
      Address("https://[::g]/catalog.yaml", "is not an IPv6 address"),
      Address("https://registry.example:0/catalog.yaml", "the port is not a number from 1 to 65535"),
      Address("https://registry.example:65536/catalog.yaml", "the port is not a number from 1 to 65535"),
      Address("https://registry.example:x/catalog.yaml", "the port is not a number from 1 to 65535"),
      Address(address(String(repeating: "a", count: 2048) + "/"), "bytes long, more than 2048"),
    ] + "'\"`\\$;&|<>()*{}[]^".map { Address(address("a\($0)b/"), "at byte 26") }

  @Test(arguments: addresses)
  func addressThatBreaksARuleIsNotAdded(_ address: Address) async throws {
    let project = try TestProject(policy: "allow_remote_registries: true\n")
    let before = try project.state(.everything)
    let result = try await project.run("registry", "add", "web", address.url, "--approved")
    expect(result, exit: 4, error: "error: ", address.text, "hint: ")
    #expect(
      !result.error.unicodeScalars.contains { $0.value < 0x20 && $0 != "\n" || $0.properties.isBidiControl }
    )
    #expect(!result.error.contains("secret"))
    try expectUnchanged(project, since: before, .everything)
  }

  private static let handWritten = addresses.filter {
    !$0.text.contains("allow_http_localhost") && !$0.url.hasPrefix(":")
  }.prefix(12)

  @Test(arguments: handWritten)
  func addressThatWasWrittenByHandIsRefusedAsWell(_ address: Address) async throws {
    let project = try TestProject()
    try project.setSources(["web": address.url])
    let before = try project.state(.everything)
    expect(try await project.sync(), exit: 1, error: ".ai/registries/sources.yaml:4", address.text)
    try expectUnchanged(project, since: before, .everything)
  }

  @Test(arguments: [
    ("https://Registry.Example:443/a/", "https://registry.example/a/catalog.yaml"),
    ("HTTPS://registry.example/catalog.yaml", "https://registry.example/catalog.yaml"),
    ("https://[::1]:8443/catalog.yaml", "https://[::1]:8443/catalog.yaml"),
    ("http://localhost:80/", "http://localhost/catalog.yaml"),
  ])
  func goodAddressIsStoredNormalised(url: String, stored: String) async throws {
    let project = try TestProject()
    expect(
      try await project.run("registry", "add", "web", url, "--approved"),
      exit: 0,
      output: "added web: \(stored)"
    )
    #expect(
      String(decoding: try project.read(".ai/registries/sources.yaml"), as: UTF8.self).contains(
        "\"\(stored)\""
      )
    )
    let same = try await project.run("registry", "add", "again", stored, "--approved")
    expect(same, exit: 0, error: "warning: ")
  }

  @Test(arguments: [
    "", "-a", "_a", "a b", "a/b", "..", "a.b", "\u{E9}", "objects", "refs", "logs", "state", "lock", "format",
    "packs",
    "info", "index", "hooks", "config", "HEAD", "head", "tmp", "README", "tmp_x", "TMP_x", "bundled", "local",
    "all",
    "con", "Lpt1", String(repeating: "a", count: 65),
  ])
  func nameThatCannotBeARegistrysIsRefused(name: String) async throws {
    let project = try TestProject()
    let before = try project.state(.everything)
    let result = try await project.run(
      "registry",
      "add",
      "--approved",
      "--",
      name,
      "https://registry.example/"
    )
    expect(result, exit: 64, error: "cannot be a registry's name")
    try expectUnchanged(project, since: before, .everything)
  }

  @Test(arguments: ["web", "WEB"])
  func nameThatIsTakenIsNeverReplaced(name: String) async throws {
    let project = try TestProject()
    expect(
      try await project.run("registry", "add", "web", "https://registry.example/", "--approved"),
      exit: 0
    )
    let before = try project.state(.everything)
    expect(
      try await project.run("registry", "add", name, "https://other.example/", "--approved"),
      exit: 1,
      error: "there is a registry 'web' already"
    )
    try expectUnchanged(project, since: before, .everything)
  }

  @Test(arguments: [
    ["registry", "sync", "none", "--approved"], ["registry", "show", "none"], ["registry", "remove", "none"],
  ])
  func unknownRegistryIsNoSuchThing(words: [String]) async throws {
    let project = try TestProject()
    try project.setSources(["web": "https://registry.example/catalog.yaml"])
    expect(
      try await project.run(words),
      exit: 6,
      error: "there is no registry 'none'",
      "hint: known are: web"
    )
  }
}
