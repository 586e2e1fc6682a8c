import Formats
import ObjectStore
import RegistryModel
import TestScenes

/// The releases of an honest publisher, and what an attacker would like to have in their place.
struct ForgedRegistry: Sendable {
  static let policy = """
    allow_remote_registries: true
    allow_http_localhost: true
    allow_unsigned_remote: true
    allow_untrusted_install: true

    """

  /// What stands in everything that is forged: in texts, as a version, as a time.
  static let marks = ["FORGED", "6.6.6", "2033-03-03", "mallory"]

  let isSigned: Bool
  let key = Ed25519PrivateKey.generate()
  let stranger = Ed25519PrivateKey.generate()

  /// Each release has other texts and another catalog.
  var first: TestRegistry { Self.release("1.0.0", "first") }
  var second: TestRegistry { Self.release("1.1.0", "second") }
  var third: TestRegistry { Self.release("1.2.0", "third") }
  /// What the attacker puts in their place.
  var forged: TestRegistry { Self.release("6.6.6", "FORGED") }
  /// Another registry of the same project.
  var side: TestRegistry { Self.release("1.0.0", "another registry's") }
  /// A folder that the user publishes and installs from.
  var other: TestRegistry {
    Self.release("2.0.0", "the user's").with("catalog/other.yaml", Self.plugin("other", "2.0.0", "own").utf8)
      .with("catalog/.ai/skills/other.md", "# Other\n".utf8)
  }

  init(isSigned: Bool) { self.isSigned = isSigned }

  /// The manifest of a release as its publisher makes it.
  func manifest(_ registry: TestRegistry) throws -> [UInt8] {
    isSigned ? try signed(registry, "acme-2026", key) : registry.manifest
  }

  /// A manifest that a stranger signed.
  func strangersManifest(_ registry: TestRegistry) throws -> [UInt8] {
    try signed(registry, "mallory-2026", stranger)
  }

  private func signed(_ registry: TestRegistry, _ id: String, _ key: Ed25519PrivateKey) throws -> [UInt8] {
    guard case .object(let members) = try StrictJSON.parse(registry.manifest).content else { return [] }
    let all = try ManifestSigning.addSignature(to: members, with: .publisher(key), keyID: id)
    return JSONWriter.pretty(.object(members: all))
  }

  private static func release(_ version: String, _ text: String) -> TestRegistry {
    var registry = TestRegistry(count: 0, version: version)
    registry.files = ["catalog.yaml": Array(catalog(version, text).utf8)]
    for slug in ["hello", "tool"] {
      registry.files["catalog/\(slug).yaml"] = Array(plugin(slug, version, text).utf8)
      registry.files["catalog/.ai/skills/\(slug).md"] = Array("# \(slug)\n\n\(text) text\n".utf8)
    }
    let day = version.split(separator: ".")[1]
    registry.fields["generated_at"] = "\"2026-01-1\(day)T00:00:00Z\""
    if version == "6.6.6" {
      registry.fields["generated_at"] = "\"2026-01-11T06:06:06Z\""
      registry.fields["publisher"] = "\"FORGED Publisher\""
    }
    return registry
  }

  private static func catalog(_ version: String, _ text: String) -> String {
    var lines = "catalog:\n  version: \"\(version)\"\n  description: \"\(text) catalog\"\n  plugins:\n"
    for slug in ["hello", "tool"] {
      lines += """
            - slug: "\(slug)"
              name: "\(slug)"
              version: "\(version)"
              description: "\(text) text"
              category: "\(text) things"

        """
    }
    return lines
  }

  private static func plugin(_ slug: String, _ version: String, _ text: String) -> String {
    """
    name: "\(slug)"
    slug: "\(slug)"
    version: "\(version)"
    description: "\(text) text"
    author: "somebody"
    allowed_file_patterns:
      - ".ai/skills/\(slug).md"

    """
  }
}
