import Testing

@testable import Formats
@testable import RegistryModel

private func parse(_ text: String) throws(TextProblem) -> Policy { try Policy.parse(Array(text.utf8)) }

@Suite struct DefaultFilesTests {
  @Test func theDefaultPolicyMeansTheDefaults() throws {
    #expect(try parse(DefaultFiles.policy) == Policy())
  }

  @Test func theDefaultPolicyExplainsEveryKey() throws {
    let lines = DefaultFiles.policy.split(separator: "\n", omittingEmptySubsequences: false)
    for key in PolicyKey.all {
      let index = try #require(
        lines.firstIndex { $0.hasPrefix("\(key.name): ") || $0.hasPrefix("# \(key.name): ") },
        "\(key.name)"
      )
      #expect(lines[index - 1] == "# \(key.meaning)")
      #expect(!key.meaning.isEmpty)
    }
    #expect(lines.allSatisfy { $0.utf8.count <= 140 })
    #expect(lines.contains("allow_remote_registries: false"))
    #expect(lines.contains("max_registry_cache_size_kb: 65536"))
    #expect(lines.contains("allowed_write_roots: [\".ai/\", \"adapters/\"]"))
  }

  @Test func theDefaultPolicyStatesTheDefaultsAndNothingElse() throws {
    // A value that is not the default would not show up in a policy that is read over the defaults.
    let written = try SafeYAML.parse(Array(DefaultFiles.policy.utf8)).members(for: "")
    #expect(written.count == PolicyKey.all.count - 3)
    var changed = Policy()
    changed.limits.maxAttempts = 19
    changed.allowUnsignedLocal = false
    changed.blockedPaths = []
    for member in written {
      let key = try #require(PolicyKey.all.first { $0.name == member.key })
      try key.read(member.value, &changed)
    }
    #expect(changed == Policy())
  }

  @Test func theDefaultSourcesAreThoseWithoutAFile() throws {
    #expect(try SourceList.parse(Array(DefaultFiles.sources.utf8)) == .whenMissing)
  }

  @Test func theDefaultTrustStoreIsEmpty() throws {
    let root = try SafeYAML.parse(Array(DefaultFiles.trustedKeys.utf8))
    #expect(
      try YAMLFields(root, known: ["trusted_publishers"]).read("trusted_publishers").items(for: "").isEmpty
    )
  }

  @Test(arguments: [DefaultFiles.policy, DefaultFiles.sources, DefaultFiles.trustedKeys])
  func theFilesEndInOneNewline(_ text: String) {
    #expect(text.hasSuffix("\n") && !text.hasSuffix("\n\n"))
    #expect(!text.contains("\n\n\n"))
  }
}
