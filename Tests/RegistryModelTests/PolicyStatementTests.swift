import Audit
import Formats
import Testing

@testable import RegistryModel

/// What a policy says, for comparing it with an earlier one: nothing that it says may be missing.
struct PolicyStatementTests {
  private func names(_ value: JSONValue) -> Set<String> {
    guard case .object(let members) = value.content else { return [] }
    return Set(members.map(\.name))
  }

  @Test func everyPropertyIsStated() {
    let policy = Policy()
    let properties = Mirror(reflecting: policy).children.compactMap(\.label).filter { $0 != "limits" }
    let limits = Mirror(reflecting: policy.limits).children.compactMap(\.label)
    #expect(names(policy.statement) == Set(properties + limits))
    #expect(properties.count > 20 && limits.count > 10)
  }

  @Test func eachKeyOfTheFileChangesIt() throws {
    let plain = CanonicalJSON.encode(Policy().statement)
    for line in [
      "allow_remote_registries: true", "audit: deny", "signature_threshold: 2", "max_manifest_age: 3d",
      "min_release_age: 1d", "allowed_file_extensions: [\".md\"]", "trusted_keys_file: .ai/other.yaml",
      "blocked_paths: [x]", "max_registry_files: 7", "retry_budget: 1s", "allow_code: true",
    ] {
      let policy = try Policy.parse(Array("\(line)\n".utf8))
      #expect(CanonicalJSON.encode(policy.statement) != plain, "\(line)")
    }
  }
}
