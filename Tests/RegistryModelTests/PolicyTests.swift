import TestSupport
import Testing

@testable import Audit
@testable import Formats
@testable import RegistryModel

private func parse(_ text: String) throws(TextProblem) -> Policy { try Policy.parse(Array(text.utf8)) }

/// A policy in which no key has its default, but those that only take one value.
private let everyKey = """
  allow_remote_registries: true
  allow_http_localhost: true
  require_approval_for_remote_sync: true
  require_checksum: true
  require_signature: true
  require_lockfile_on_verify: true
  allow_untrusted_install: true
  allowed_write_roots:
    - ".ai/"
  install_targets: [claude]
  blocked_paths: []
  max_plugin_files: 1
  max_plugin_size_kb: 2
  max_registry_cache_size_kb: 3
  allowed_file_extensions: [.MD, ".txt"]
  allow_code: true
  allow_media: true
  allow_unsigned_local: false
  allow_unsigned_bundled: false
  allow_unsigned_remote: true
  trusted_keys_file: "keys.yaml"
  allowed_signature_algorithms: [ed25519]
  require_trusted_publisher: true
  provenance_required: false
  max_registry_file_size_kb: 4
  max_registry_files: 5
  max_manifest_size_kb: 6
  connect_timeout: 7s
  header_timeout: 8s
  idle_timeout: 9s
  transfer_timeout: 1h
  max_attempts: 10
  retry_budget: 0s
  min_transfer_rate: 0
  max_concurrent_transfers: 11
  ca_file: certs/ca.pem
  signature_threshold: 2
  max_manifest_age: 30d
  min_release_age: "3d"
  keep_snapshots: 12
  keep_days: 13
  shared_store: /srv/store
  audit: warn
  audit_allow: ["zero-width@0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"]
  """

/// What `everyKey` means.
private func policyOfEveryKey() -> Policy {
  var expected = Policy()
  expected.allowRemoteRegistries = true
  expected.allowHTTPLocalhost = true
  expected.requireSignature = true
  expected.requireLockfileOnVerify = true
  expected.allowUntrustedInstall = true
  expected.allowedWriteRoots = [".ai/"]
  expected.installTargets = [.claude]
  expected.blockedPaths = []
  expected.limits.maxPluginFiles = 1
  expected.limits.maxPluginBytes = 2_048
  expected.limits.maxSnapshotBytes = 3_072
  expected.allowedFileExtensions = [".md", ".txt"]
  expected.allowCode = true
  expected.allowMedia = true
  expected.allowUnsignedLocal = false
  expected.allowUnsignedBundled = false
  expected.allowUnsignedRemote = true
  expected.trustedKeysFile = "keys.yaml"
  expected.allowedSignatureAlgorithms = [.ed25519]
  expected.requireTrustedPublisher = true
  expected.provenanceRequired = false
  expected.limits.maxFileBytes = 4_096
  expected.limits.maxManifestEntries = 5
  expected.limits.maxManifestBytes = 6_144
  expected.limits.connectTimeout = .seconds(7)
  expected.limits.headerTimeout = .seconds(8)
  expected.limits.idleTimeout = .seconds(9)
  expected.limits.transferTimeout = .seconds(3_600)
  expected.limits.maxAttempts = 10
  expected.limits.retryBudget = .zero
  expected.limits.minTransferBytesPerSecond = 0
  expected.limits.maxConcurrentTransfers = 11
  expected.caFile = "certs/ca.pem"
  expected.signatureThreshold = 2
  expected.limits.maxManifestAge = .seconds(2_592_000)
  expected.limits.minReleaseAge = .seconds(259_200)
  expected.keepSnapshots = 12
  expected.keepDays = 13
  expected.sharedStore = "/srv/store"
  expected.audit = .warn
  let id = String(repeating: "0123456789abcdef", count: 4)
  expected.auditAllow = Set([AuditException(parsing: "zero-width@\(id)")].compactMap { $0 })
  return expected
}

@Suite struct PolicyTests {
  @Test(arguments: ["", "# nothing\n", "---\n", "{}"])
  func aPolicyWithoutKeysIsTheDefault(_ text: String) throws {
    #expect(try parse(text) == Policy())
  }

  @Test func theDefaultsAreThoseOfTheDesign() {
    let policy = Policy()
    #expect(!policy.allowRemoteRegistries && !policy.allowHTTPLocalhost && !policy.requireSignature)
    #expect(
      !policy.requireLockfileOnVerify && !policy.allowUntrustedInstall && !policy.requireTrustedPublisher
    )
    #expect(policy.allowUnsignedLocal && policy.allowUnsignedBundled && !policy.allowUnsignedRemote)
    #expect(policy.provenanceRequired && policy.signatureThreshold == 1)
    #expect(policy.allowedWriteRoots == [".ai/", "adapters/"])
    #expect(policy.blockedPaths.count == 8 && policy.blockedPaths.contains("node_modules/"))
    #expect(policy.allowedFileExtensions == nil && !policy.allowCode && !policy.allowMedia)
    #expect(policy.trustedKeysFile == ".ai/registries/trusted-keys.yaml")
    #expect(policy.allowedSignatureAlgorithms == [.ed25519, .hmacSHA256])
    #expect(policy.audit == .quarantine && policy.auditAllow.isEmpty)
    #expect(
      policy.caFile == nil && policy.sharedStore == nil && policy.keepSnapshots == nil
        && policy.keepDays == nil
    )
    let limits = policy.limits
    #expect(limits.maxSnapshotBytes == 67_108_864 && limits.maxFileBytes == 10_485_760)
    #expect(limits.maxManifestEntries == 50_000 && limits.maxManifestBytes == 4_194_304)
    #expect(limits.maxPluginFiles == 500 && limits.maxPluginBytes == 10_485_760)
    #expect(limits.connectTimeout == .seconds(10) && limits.headerTimeout == .seconds(10))
    #expect(limits.idleTimeout == .seconds(15) && limits.transferTimeout == .seconds(300))
    #expect(limits.maxAttempts == 3 && limits.retryBudget == .seconds(45))
    #expect(limits.minTransferBytesPerSecond == 1_024 && limits.maxConcurrentTransfers == 16)
    #expect(limits.maxManifestAge == nil && limits.minReleaseAge == nil)
  }

  @Test func everyKeyIsRead() throws {
    #expect(try parse(everyKey) == policyOfEveryKey())
    // All keys of both tables, and each one once.
    #expect(PolicyKey.all.count == 43)
    #expect(Set(PolicyKey.all.map(\.name)).count == 43)
  }

  @Test(arguments: [
    "max_manifest_age: off", "min_release_age: 'off'", "keep_snapshots: off", "keep_days: off", "audit: off",
  ])
  func whatCanBeOffTakesTheWord(_ text: String) throws {
    var policy = try parse(text)
    if text.hasPrefix("audit") {
      #expect(policy.audit == .off)
      policy.audit = .quarantine
    }
    #expect(policy == Policy())
  }

  @Test func anUnknownKeyNamesTheNearest() {
    expectProblem(
      .unknownKey("allow_remote_registry", nearest: "allow_remote_registries"),
      at: TextPosition(line: 2, column: 1)
    ) { try parse("audit: warn\nallow_remote_registry: true\n") }
    expectProblem(.unknownKey("policy", nearest: nil)) { try parse("policy:\n  audit: warn\n") }
  }

  @Test(arguments: [
    ("require_approval_for_remote_sync", TextProblem.Unsupported.syncWithoutApproval),
    ("require_checksum", .withoutChecksum),
  ])
  func whatMustStayTrueCannotBeFalse(_ key: String, _ why: TextProblem.Unsupported) {
    expectProblem(.unsupportedValue(key: key, value: "false", why: why)) { try parse("\(key): false") }
    expectProblem(.wrongType(key: key, expected: .boolean, found: .string)) { try parse("\(key): \"false\"") }
  }

  @Test func gpgIsReadWithAWarning() throws {
    let policy = try parse("allowed_signature_algorithms:\n  - gpg\n  - ed25519\n")
    #expect(policy.allowedSignatureAlgorithms == [.ed25519])
    #expect(
      policy.warnings == [
        .init(position: TextPosition(line: 2, column: 5), kind: .unsupportedAlgorithm("gpg"))
      ]
    )
    #expect(try parse("").warnings.isEmpty)
  }

  @Test(arguments: PolicyKey.all.map(\.name))
  func everyKeyRefusesAMapAndNothing(_ key: String) {
    #expect(throws: TextProblem.self) { try parse("\(key): {a: b}") }
    #expect(throws: TextProblem.self) { try parse("\(key):") }
    #expect(throws: TextProblem.self) { try parse("\(key): 1\n\(key): 1\n") }
  }

  @Test(
    arguments: [
      (
        "require_signature: \"false\"",
        .wrongType(key: "require_signature", expected: .boolean, found: .string)
      ),
      ("require_signature: no", .wrongType(key: "require_signature", expected: .boolean, found: .string)),
      ("max_plugin_files: \"20\"", .wrongType(key: "max_plugin_files", expected: .integer, found: .string)),
      ("max_plugin_files: many", .wrongType(key: "max_plugin_files", expected: .integer, found: .string)),
      ("max_plugin_files: true", .wrongType(key: "max_plugin_files", expected: .integer, found: .boolean)),
      ("blocked_paths: .env", .wrongType(key: "blocked_paths", expected: .list, found: .string)),
      ("blocked_paths: [true]", .wrongType(key: "blocked_paths", expected: .string, found: .boolean)),
      ("connect_timeout: 10", .wrongType(key: "connect_timeout", expected: .duration, found: .integer)),
      ("connect_timeout: off", .wrongType(key: "connect_timeout", expected: .duration, found: .string)),
      ("min_release_age: 3 days", .wrongType(key: "min_release_age", expected: .duration, found: .string)),
      ("max_manifest_age: [1d]", .wrongType(key: "max_manifest_age", expected: .duration, found: .list)),
      ("trusted_keys_file: true", .wrongType(key: "trusted_keys_file", expected: .string, found: .boolean)),
      ("audit: false", .wrongType(key: "audit", expected: .string, found: .boolean)),
      ("- a", .wrongType(key: "", expected: .map, found: .list)),
      ("text", .wrongType(key: "", expected: .map, found: .string)),
    ] as [(String, TextProblem.Reason)]
  )
  func wrongTypesAreErrors(_ text: String, _ reason: TextProblem.Reason) {
    expectProblem(reason) { try parse(text) }
  }

  @Test(
    arguments: [
      ("max_plugin_files: 0", "max_plugin_files", "0", .between(1, 100_000)),
      ("max_registry_files: -1", "max_registry_files", "-1", .between(1, 10_000_000)),
      (
        "max_registry_cache_size_kb: 4294967297", "max_registry_cache_size_kb", "4294967297",
        .between(1, 4_294_967_296)
      ),
      ("max_plugin_files: 0x10", "max_plugin_files", "0x10", .shape(.wholeNumber)),
      (
        "max_plugin_size_kb: 99999999999999999999", "max_plugin_size_kb", "99999999999999999999",
        .shape(.wholeNumber)
      ),
      ("signature_threshold: 0", "signature_threshold", "0", .between(1, 16)),
      ("signature_threshold: 17", "signature_threshold", "17", .between(1, 16)),
      ("keep_snapshots: 0", "keep_snapshots", "0", .between(1, 1_000_000)),
      ("connect_timeout: 0s", "connect_timeout", "0s", .durationBetween(.seconds(1), .seconds(3_600))),
      ("transfer_timeout: 2d", "transfer_timeout", "2d", .durationBetween(.seconds(1), .seconds(86_400))),
      ("audit: maybe", "audit", "maybe", .oneOf(["quarantine", "deny", "warn", "off"])),
      (
        "allowed_signature_algorithms: [rsa]", "allowed_signature_algorithms", "rsa",
        .oneOf(["ed25519", "hmac-sha256"])
      ),
      ("allowed_file_extensions: [md]", "allowed_file_extensions", "md", .shape(.fileExtension)),
      ("allowed_file_extensions: ['.']", "allowed_file_extensions", ".", .shape(.fileExtension)),
      ("allowed_file_extensions: ['.tar.gz']", "allowed_file_extensions", ".tar.gz", .shape(.fileExtension)),
      ("allowed_file_extensions: ['']", "allowed_file_extensions", "", .notEmpty),
      ("allowed_write_roots: ['/etc']", "allowed_write_roots", "/etc", .shape(.relativePath)),
      ("allowed_write_roots: ['a/../..']", "allowed_write_roots", "a/../..", .shape(.relativePath)),
      ("allowed_write_roots: ['./']", "allowed_write_roots", "./", .shape(.relativePath)),
      ("allowed_write_roots: ['a//b']", "allowed_write_roots", "a//b", .shape(.relativePath)),
      ("allowed_write_roots: ['a\\b']", "allowed_write_roots", "a\\b", .shape(.relativePath)),
      ("trusted_keys_file: \"a\\nb\"", "trusted_keys_file", "a\nb", .shape(.oneLine)),
      ("ca_file: ~other/ca.pem", "ca_file", "~other/ca.pem", .shape(.machinePath)),
      ("shared_store: ~other", "shared_store", "~other", .shape(.machinePath)),
      ("ca_file: ''", "ca_file", "", .notEmpty),
      // A pattern that matches nothing would leave a path open that was to be closed.
      (
        "blocked_paths: ['**']", "blocked_paths", "**",
        .refused(ValueProblem(PathPatternProblem.namesNothing))
      ),
      (
        "blocked_paths: [a, '**/**']", "blocked_paths", "**/**",
        .refused(ValueProblem(PathPatternProblem.namesNothing))
      ),
    ] as [(String, String, String, TextProblem.ValueRule)]
  )
  func valuesOutOfRangeAreErrors(
    _ text: String,
    _ key: String,
    _ value: String,
    _ rule: TextProblem.ValueRule
  ) {
    expectProblem(.invalidValue(key: key, value: value, rule: rule)) { try parse(text) }
  }
}
