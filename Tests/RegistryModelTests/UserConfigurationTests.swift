import TestSupport
import Testing

@testable import Formats
@testable import RegistryModel

private func parse(_ text: String) throws(TextProblem) -> UserConfiguration {
  try UserConfiguration.parse(Array(text.utf8))
}

@Suite struct UserConfigurationTests {
  @Test func everyKeyIsRead() throws {
    let configuration = try parse(
      """
      safe_directories: [/srv/work, /srv/other]
      shared_stores:
        - /srv/store
      ca_file: /etc/ssl/internal.pem
      at_least: {audit: deny, signature_threshold: 2}
      credentials:
        - host: Registry.Example.com
          bearer_env: PARTNER_TOKEN
        - host: registry.example.com:8443
          basic_env: PARTNER_LOGIN
        - host: "[::1]"
          netrc: true
        - {host: other.example, command: [pass, show, partner]}
      """
    )
    #expect(configuration.safeDirectories == ["/srv/work", "/srv/other"])
    #expect(configuration.sharedStores == ["/srv/store"])
    #expect(configuration.caFile == "/etc/ssl/internal.pem")
    #expect(configuration.atLeast.keys == ["audit", "signature_threshold", "audit_allow"])
    #expect(
      configuration.credentials.map(\.origin) == [
        "registry.example.com", "registry.example.com:8443", "[::1]", "other.example",
      ]
    )
    #expect(
      configuration.credentials.map(\.method) == [
        .bearer(variable: "PARTNER_TOKEN"), .basic(variable: "PARTNER_LOGIN"), .netrc,
        .command(["pass", "show", "partner"]),
      ]
    )
  }

  @Test(arguments: ["", "# nothing\n", "{}"])
  func emptyFileConfiguresNothing(text: String) throws {
    #expect(try parse(text) == UserConfiguration())
  }

  @Test func unknownKeyIsAnErrorThatNamesTheNearest() {
    #expect(
      throws: TextProblem(
        .unknownKey("safe_directory", nearest: "safe_directories"),
        at: .init(line: 2, column: 1)
      )
    ) {
      try parse("ca_file: /a\nsafe_directory: [/srv]\n")
    }
    #expect(throws: TextProblem.self) { try parse("at_least: {connect_timeout: 3s}") }
    #expect(throws: TextProblem.self) { try parse("at_least: {ca_file: /a.pem}") }
  }

  @Test(arguments: [
    "safe_directories: [work]", "safe_directories: ['/srv/*']", "safe_directories: /srv",
    "shared_stores: ['']",
    "ca_file: internal.pem", "ca_file: '~other/ca.pem'", "at_least: [audit]", "at_least: {audit: loud}",
    "ca_file: [/a]",
    "credentials: {host: a.example}", "credentials: [{host: a.example}]",
    "credentials: [{host: a.example, netrc: false}]", "credentials: [{bearer_env: TOKEN}]",
    "credentials: [{host: a.example, bearer_env: A, basic_env: B}]",
    "credentials: [{host: a.example, command: []}]",
    "credentials: [{host: a.example, bearer_env: A}, {host: A.example, basic_env: B}]",
  ])
  func wrongShapeIsAnErrorWithItsPlace(text: String) throws {
    let problem = #expect(throws: TextProblem.self) { try parse(text) }
    #expect(problem?.position != nil)
  }

  /// People write the secret itself, or a whole address, where a name belongs.
  @Test(arguments: [
    "credentials: [{host: a.example, bearer_env: sk-S3CRET}]",
    "credentials: [{host: a.example, basic_env: 'me:S3CRET'}]",
    "credentials: [{host: a.example, bearer: S3CRET}]",
    "credentials: [{host: 'me:S3CRET@a.example', bearer_env: A}]",
    "credentials: [{host: 'https://a.example/?token=S3CRET', bearer_env: A}]",
    "credentials: [{host: a.example, bearer_env: [S3CRET]}]",
    "credentials: [{host: a.example, command: ['', S3CRET]}]",
  ])
  func secretIsNotInTheError(text: String) throws {
    let problem = try #require(#expect(throws: TextProblem.self) { try parse(text) })
    #expect(!"\(problem)".contains("S3CRET"), "\(problem)")
  }

  @Test(arguments: [
    ("https://a.example/catalog.yaml", true), ("https://a.example:8443/catalog.yaml", false),
    ("https://b.a.example/catalog.yaml", false), ("https://a.example.b/catalog.yaml", false),
    ("http://localhost/catalog.yaml", false),
  ])
  func loginIsForExactlyItsHostAndPort(url: String, isFound: Bool) throws {
    let configuration = try parse(
      "credentials: [{host: a.example, bearer_env: T}, {host: localhost, bearer_env: T}, {host: 'localhost:80', netrc: true}]"
    )
    let parsed = try RequestURL(parsing: url, allowHTTPLocalhost: true)
    #expect((configuration.findCredential(for: parsed) != nil) == isFound)
  }
}

@Suite struct PolicyFloorTests {
  private func raise(_ policy: String, _ floor: String) throws -> Policy {
    let configuration = try parse("at_least:\n" + floor)
    return configuration.atLeast.raise(try Policy.parse(Array(policy.utf8)))
  }

  @Test func projectIsHeldToWhatTheUserDemands() throws {
    let policy = try raise(
      """
      allow_remote_registries: true
      allow_unsigned_remote: true
      audit: "off"
      audit_allow: ["zero-width@0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"]
      max_registry_files: 9000
      max_manifest_age: 30d
      blocked_paths: []
      allowed_file_extensions: [.md, .sh]
      allow_code: true
      ca_file: certs/ca.pem
      """,
      """
        allow_unsigned_remote: false
        require_signature: true
        signature_threshold: 2
        audit: warn
        max_registry_files: 100
        max_manifest_age: 10d
        min_release_age: 3d
        blocked_paths: [.env]
        allowed_file_extensions: [.md, .json]
        allow_code: false
        ca_file: "off"
      """
    )
    #expect(policy.allowRemoteRegistries)
    #expect(!policy.allowUnsignedRemote && policy.requireSignature)
    #expect(policy.signatureThreshold == 2 && policy.audit == .warn && policy.auditAllow.isEmpty)
    #expect(policy.limits.maxManifestEntries == 100 && policy.limits.maxManifestAge == .seconds(864_000))
    #expect(policy.limits.minReleaseAge == .seconds(3 * 86_400))
    #expect(
      policy.blockedPaths == [".env"] && policy.allowedFileExtensions == [".md"] && policy.caFile == nil
    )
    #expect(!policy.allowCode && policy.raisedKeys.contains("allow_code"))
    #expect(policy.raisedKeys.contains("audit") && !policy.raisedKeys.contains("allow_remote_registries"))
  }

  @Test func stricterProjectStaysAsItIs() throws {
    let text = """
      require_signature: true
      signature_threshold: 3
      allow_unsigned_local: false
      max_registry_files: 10
      max_manifest_age: 1d
      min_release_age: 9d
      """
    let policy = try raise(
      text,
      """
        signature_threshold: 2
        allow_unsigned_local: true
        require_signature: false
        max_registry_files: 100
        max_manifest_age: 10d
        min_release_age: 3d
        audit: warn
      """
    )
    #expect(policy == (try Policy.parse(Array(text.utf8))))
  }

  @Test func withoutAPolicyTheDefaultsAreRaised() throws {
    #expect(try !raise("", "  allow_unsigned_local: false\n").allowUnsignedLocal)
  }

  /// A key that was renamed in the policy would else be refused in the user's file.
  @Test func everyKeyOfTheFloorIsOneOfThePolicy() {
    #expect(PolicyFloor.names.allSatisfy { name in PolicyKey.all.contains { $0.name == name } })
    #expect(Set(PolicyFloor.names).count == PolicyFloor.names.count)
  }
}
