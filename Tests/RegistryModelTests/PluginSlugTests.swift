import TestSupport
import Testing

@testable import RegistryModel

@Suite struct PluginSlugTests {
  @Test(arguments: ["a", "A-b_9", "-", "_x", "catalogs", String(repeating: "a", count: 128)])
  func accepts(text: String) throws {
    let slug = try PluginSlug(parsing: text)
    #expect(slug.description == text && slug.key == text.lowercased())
    #expect(slug.registryPath.description == "catalog/\(text).yaml")
    #expect(slug.installedPath.description == ".ai/plugins/\(text).yaml")
  }

  @Test(arguments: [
    ("", SlugProblem.empty), (String(repeating: "a", count: 129), .tooLong(bytes: 129, limit: 128)),
    ("a b", .badCharacter(" ")), ("a.b", .badCharacter(".")), ("../a", .badCharacter(".")),
    ("é", .badCharacter("é")),
    ("a\n", .badCharacter("\n")), ("catalog", .reserved("catalog")), ("CATALOG", .reserved("CATALOG")),
    ("__proto__", .reserved("__proto__")), ("nul", .badPath(.windowsDeviceName("nul.yaml"))),
  ])
  func refuses(text: String, problem: SlugProblem) {
    #expect(throws: problem) { try PluginSlug(parsing: text) }
  }
}
