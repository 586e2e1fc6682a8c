import TestSupport
import Testing

@testable import RegistryModel

@Suite struct ManifestPathSetTests {
  private func validate(_ texts: [String], reserving: [String] = []) throws {
    var paths: [ManifestPath] = []
    for text in texts { paths.append(try ManifestPath(parsing: text)) }
    try ManifestPathSet.validateTogether(paths, reserving: reserving)
  }

  @Test(arguments: [
    [], ["a"], ["a/x", "a/y", "b/x"], ["a", "b/a"], ["a/b/c", "a/b/d", "a/c"], ["x/checksums.json"],
    ["a.md", "a.md.d/x"], ["A/x", "A/y"], ["a", "a-b", "a.b"],
  ])
  func acceptsSet(texts: [String]) throws {
    try validate(texts)
  }

  @Test(arguments: [
    (["a", "a"], PathProblem.duplicate("a")),
    (["x/README.md", "x/readme.md"], .filesEqualIgnoringCase("x/README.md", "x/readme.md")),
    (["é", "É"], .filesEqualIgnoringCase("é", "É")),
    (["straße", "STRASSE"], .filesEqualIgnoringCase("straße", "STRASSE")),
    (["a", "a/b"], .fileAndFolder(file: "a", folder: "a")),
    (["a/b", "a"], .fileAndFolder(file: "a", folder: "a")),
    (["a/b/c/d", "A/B"], .fileAndFolder(file: "A/B", folder: "a/b")),
    (["A", "a/b"], .fileAndFolder(file: "A", folder: "a")),
    (["A/x", "a/y"], .foldersEqualIgnoringCase("A", "a")),
    (["r/A/x", "r/a/y"], .foldersEqualIgnoringCase("r/A", "r/a")),
    (["r/A/x/1", "r/a/y/1"], .foldersEqualIgnoringCase("r/A", "r/a")),
    (["R/a/x", "r/a/y"], .foldersEqualIgnoringCase("R/a", "r/a")),
    (["checksums.json"], .reservedAtRoot("checksums.json")),
    (["Checksums.JSON"], .reservedAtRoot("Checksums.JSON")),
    (["checksums.json/x.md"], .reservedAtRoot("checksums.json")),
  ])
  func refusesSet(texts: [String], problem: PathProblem) {
    #expect(throws: problem) { try validate(texts) }
  }

  @Test func refusesMoreReservedNames() {
    #expect(throws: PathProblem.reservedAtRoot("Manifest.json")) {
      try validate(["a", "Manifest.json"], reserving: ["manifest.json"])
    }
  }

  /// The time limit is far above what linear work takes, also on a busy machine.
  @Test(.timeLimit(.minutes(3))) func manyPathsTakeLinearTime() throws {
    var paths: [ManifestPath] = []
    for index in 0..<200_000 {
      paths.append(try ManifestPath(parsing: "catalog/plugins/p\(index / 100)/skills/File-\(index).md"))
    }
    try ManifestPathSet.validateTogether(paths)
  }
}
