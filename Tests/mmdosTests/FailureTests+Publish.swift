import Formats
import RegistryModel
import RegistrySync
import Testing

@testable import mmdos

// The failures of publishing.
extension FailureTests {
  static func publishProblems(_ text: TextProblem) throws -> [PublishProblem] {
    [
      .missingCatalog(path), .catalog(.field(.text(text))), .missingPlugin(slug: "a", path: "catalog/a.yaml"),
      .plugin(path: "catalog/a.yaml", .field(.text(text))),
      .missingAsset(slug: "a", path: "catalog/x.md", nil),
      .missingAsset(slug: "a", path: "catalog/x.md", .builtIn(".git")),
      .missingAsset(slug: "a", path: "catalog/x.md", .ignoreFile(path: ".mmdosignore", line: 3)),
      .pluginContent(path: "catalog/a.yaml", .tooLarge(limit: 5)), .notUTF8(path: "a"),
      .finding(try auditRefusal().first), .dateNotNewer(now: .earliest, published: .latest), .signatureLost,
      .newManifest(.text(text)), .reserved(path: "packs/a.md"), .badRelease(path: "releases/a.json"),
      .badPackList(text), .badPack(path: "packs/a.pack"), .changedMeanwhile(path: "a"),
      .path("a b ", .trailingSpace("a b ")), .content(path: "a.md", .elf), .notAFile(path: "a"),
      .tooLarge(path: "a", limit: 5), .tooLarge(path: nil, limit: 5), .tooManyFiles(count: 2, limit: 1),
      .missingField(.registryName), .missingField(.publisher), .missingField(.version),
      .badField(.version, "1"), .badField(.registryName, ""), .badField(.publisher, ""),
      .badField(.expiresAt, "soon"), .expired(.earliest, isKept: true),
      .expired(.earliest, isKept: false),
      .oldManifest(.text(text)),
      .missingManifest(path), .differsFromManifest(path: "a", .notNamed),
      .differsFromManifest(path: "a", .missing),
      .differsFromManifest(path: "a", .changed), .signing(.alreadySigned(keyID: "a")), .notFaithful,
    ]
  }

  @Test func olderVersionNamesBoth() throws {
    let problem = PublishProblem.versionNotNewer(
      new: try SemanticVersion(parsing: "1.0.0"),
      published: try SemanticVersion(parsing: "1.2.0")
    )
    check(PublishProblems([problem]), (1, "publish"))
    #expect(
      Failure(PublishProblems([problem])).message
        == "version 1.0.0 is not newer than 1.2.0, which manifest.json has"
    )
  }
}
