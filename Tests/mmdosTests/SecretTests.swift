import Foundation
import SystemPackage
import TestScenes
import TestServers
import TestSupport
import Testing

@testable import mmdos

/// A user name, password, query or fragment of an address is never repeated, wherever the address comes from.
@Suite(.timeLimit(.minutes(5))) struct SecretTests {
  private static let secret = "S3CRET"

  /// Addresses that hold a secret, each in another place.
  static let addresses = [
    "https://user:S3CRET@h.example/catalog.yaml", "https://S3CRET@h.example/catalog.yaml",
    "https://h.example/catalog.yaml?token=S3CRET", "https://h.example/catalog.yaml#S3CRET",
    "https://user:S3/CRET@h.example/catalog.yaml",
    "https://user:\(String(repeating: "x", count: 200))S3CRET@h/",
    "http://user:S3CRET@localhost/catalog.yaml", "ftp://user:S3CRET@h.example/",
    "https:/user:S3CRET@h.example/catalog.yaml", "h.example/catalog.yaml?token=S3CRET",
    "user:S3CRET@h.example:catalog.yaml",
  ]

  private func expectSilence(
    _ project: TestProject,
    _ words: [String],
    isRefused: Bool = true,
    sourceLocation: SourceLocation = #_sourceLocation
  ) async throws {
    for form in [[], ["--json"], ["--verbose"]] {
      let result = try await project.run(words + form)
      let said = result.output + result.error
      let comment = Comment(rawValue: "\(words + form): \(said)")
      #expect(!said.contains("S3") && !said.contains("CRET"), comment, sourceLocation: sourceLocation)
      if isRefused {
        #expect(result.exitCode != 0 && result.exitCode != 2, comment, sourceLocation: sourceLocation)
      }
    }
  }

  @Test(arguments: addresses)
  func addressOfACommandIsNotRepeated(address: String) async throws {
    let project = try TestProject()
    for approval in [[], ["--approved"]] {
      try await expectSilence(project, ["registry", "add", "web", address] + approval)
    }
    try await expectSilence(
      project,
      ["registry", "trust", "add", "key", "--name", "N", "--url", address, "--approved"]
    )
    // Where a name belongs, and where nothing does.
    if address.contains(":/") {
      try await expectSilence(project, ["registry", "add", address, "web"])
      try await expectSilence(project, ["registry", "sync", address])
      try await expectSilence(project, ["registry", "list", address])
    }
  }

  @Test(arguments: addresses.filter { $0.contains(":/") })
  func addressInThePlaceOfAFileIsNotRepeated(address: String) async throws {
    let project = try TestProject()
    try await expectSilence(project, ["registry", "import", address])
    try await expectSilence(project, ["registry", "verify", "--dir", address])
    try await expectSilence(
      project,
      ["registry", "trust", "add", "key", "--name", "N", "--file", address, "--approved"]
    )
  }

  @Test(arguments: addresses.prefix(8), ["https", "local"])
  func addressOfTheSourcesIsNotRepeated(address: String, type: String) async throws {
    let project = try TestProject()
    try project.write(
      ".ai/registries/sources.yaml",
      "sources:\n  - name: \"reg\"\n    type: \"\(type)\"\n    url: \"\(address)\"\n"
    )
    for words in [["sync", "reg"], ["sync", "reg", "--approved"], ["verify", "--all"]] {
      try await expectSilence(project, ["registry"] + words)
    }
    for words in [
      ["registry", "status"], ["registry", "list"], ["registry", "show", "reg"],
      ["registry", "remove", "reg"],
      ["registry", "set", "reg", "--trust-level", "trusted"], ["migrate"],
    ] {
      try await expectSilence(project, words, isRefused: false)
    }
    expect(try await project.run("registry", "sync", "reg"), exit: 1, error: "sources.yaml:4:10: ")
  }

  @Test(arguments: addresses.prefix(4))
  func addressOfATrustedKeyIsNotRepeated(address: String) async throws {
    let project = try TestProject()
    try project.write(
      ".ai/registries/trusted-keys.yaml",
      """
      trusted_publishers:
        - key_id: "key"
          name: "Somebody"
          algorithm: "ed25519"
          public_key: "MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE="
          scopes: ["registry"]
          status: "active"
          remote_source_url: "\(address)"
      """
    )
    for words in [["list"], ["show", "key"], ["sync"], ["sync", "--approved"]] {
      try await expectSilence(project, ["registry", "trust"] + words)
    }
  }

  @Test(arguments: addresses.prefix(4))
  func addressInOtherFilesIsNotRepeated(address: String) async throws {
    let project = try TestProject()
    try TestRegistry(count: 1).write(to: try project.scratch.makeFolder("registry"))
    try project.setSources(["web": "../registry"])
    expect(try await project.sync(), exit: 0)
    let policies = [
      "ca_file: [\"\(address)\"]", "trusted_keys_file: \"\(address)\"", "\"\(address)\": true",
      "audit: \"\(address)\"",
    ]
    for line in policies {
      try project.setPolicy(TestProject.openPolicy + line + "\n")
      try await expectSilence(project, ["registry", "trust", "list"])
    }
    for line in ["shared_store: \"\(address)\"", "ca_file: \"\(address)\""] {
      try project.setPolicy(TestProject.openPolicy + line + "\n")
      try await expectSilence(project, ["registry", "sync", "web"], isRefused: false)
      try await expectSilence(project, ["registry", "sync", "web", "--approved"], isRefused: false)
    }
    try project.setPolicy(TestProject.openPolicy)
    // The lockfile's entry is about another address.
    let lock = String(decoding: try project.read(".ai/registry-lock.json"), as: UTF8.self)
    let changed = lock.replacingOccurrences(
      of: "\"url\": \"[^\"]*\"",
      with: "\"url\": \"\(address)\"",
      options: .regularExpression
    )
    #expect(changed != lock)
    try project.write(".ai/registry-lock.json", changed)
    for words in [
      ["lock"], ["lock", "--check"], ["show", "web"], ["sync", "web", "--locked", "--approved"],
      ["verify", "web"],
    ] {
      try await expectSilence(project, ["registry"] + words, isRefused: false)
    }
  }

  @Test func textOfAPublisherIsPrintedWithoutSecrets() async throws {
    let project = try SampleProject(emptyNamed: "publisherText")
    let words = "see https://user:S3CRET@h.example/a?token=S3CRET"
    try await project.expect(0, "init", "--approved")
    try project.writeRegistry(
      [
        "catalog.yaml":
          "catalog:\n  version: \"1\"\n  description: \"\(words)\"\n  plugins:\n    - slug: \"p\"\n"
          + "      name: \"\(words)\"\n      version: \"1.0.0\"\n      description: \"\(words)\"\n      category: \"c\"\n"
      ],
      publisher: words
    )
    try await project.expect(
      0,
      "registry",
      "add",
      "web",
      "../registry",
      "--trust-level",
      "trusted",
      "--approved"
    )
    for line in [
      ["registry", "sync", "web", "--approved"], ["registry", "show", "web"], ["registry", "log", "web"],
      ["registry", "lock"], ["catalog", "list"], ["catalog", "search", "see"], ["catalog", "show", "p"],
    ] {
      for form in [[], ["--json"]] {
        let result = try await project.run(line + form)
        #expect(
          !(result.output + result.error).contains("S3CRET"),
          "\(line + form): \(result.output)\(result.error)"
        )
      }
    }
  }

  @Test(arguments: ["https_proxy", "ALL_PROXY"])
  func proxyOfTheEnvironmentIsNotRepeated(variable: String) async throws {
    var project = try TestProject()
    try project.setSources(["web": "https://h.example/catalog.yaml"])
    for value in [
      "http://user:S3CRET@127.0.0.1:1", "http://user:S3CRET@", "https://user:S3CRET@proxy.example:1",
      "user:S3/CRET@127.0.0.1:1", "socks5://user:S3CRET@127.0.0.1:1",
    ] {
      project.environment = [variable: value]
      try await expectSilence(project, ["registry", "sync", "web"], isRefused: false)
      try await expectSilence(project, ["registry", "sync", "web", "--approved"])
    }
  }

  @Test func targetOfARedirectIsNotRepeated() async throws {
    let server = try await LoopbackServer()
    let project = try TestProject()
    try project.setSources(["web": server.origin + "/r/catalog.yaml"])
    for target in [
      "https://user:S3CRET@h.example/manifest.json", "/r/manifest.json?token=S3CRET",
      "//S3CRET@h.example/S3CRET",
    ] {
      server.behave(at: "/r/manifest.json", .redirect(to: target))
      try await expectSilence(project, ["registry", "sync", "web", "--approved"])
    }
  }

  @Test(arguments: addresses.prefix(4))
  func sourceOfABundleIsNotRepeated(address: String) async throws {
    let project = try TestProject()
    try TestRegistry(count: 1).write(to: try project.scratch.makeFolder("registry"))
    try project.setSources(["web": "../registry"])
    expect(try await project.sync(), exit: 0)
    expect(try await project.run("registry", "export", "web", "../out.bundle"), exit: 0)
    let bundle = try project.scratch.read("out.bundle")
    let text = String(decoding: bundle.prefix(4096), as: Unicode.ASCII.self)
    let line = try #require(text.split(separator: "\n").first { $0.hasPrefix("source ") })
    let start = try #require(bundle.firstRange(of: Array(line.utf8)))
    try project.scratch.write(
      "other.bundle",
      bundle[..<start.lowerBound] + Array("source \(address)".utf8) + bundle[start.upperBound...]
    )
    try await expectSilence(project, ["registry", "import", "../other.bundle"])
    try await expectSilence(project, ["registry", "import", "../other.bundle", "--approved"])
  }

  @Test func quotedTextIsRedactedBeforeItIsCut() {
    let secret = String(repeating: "S3CRET", count: 40)
    #expect("https://me:\(secret)@h.example/".quotedForMessage == "'https://…@h.example/'")
  }
}
