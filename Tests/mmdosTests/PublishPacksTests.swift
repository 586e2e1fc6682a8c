import Foundation
import ObjectStore
import RegistryModel
import SystemPackage
import TestScenes
import TestServers
import TestSupport
import Testing

/// The packs that `registry publish` makes.
@Suite(.timeLimit(.minutes(10))) struct PublishPacksTests {
  private static let first = TestRegistry(count: 60)

  private func contents(_ registry: TestRegistry) -> Set<[UInt8]> { Set(registry.files.values) }

  @Test func stepsLeadToTheNewestAndFromThereToEachOlderOne() async throws {
    let stage = try await PackStage()
    defer { withExtendedLifetime(stage) {} }
    var ids: [ObjectID] = []
    var versions = [Self.first]
    for number in 1...2 {
      versions.append(Self.first.changing(0..<40, seed: "v\(number)", version: "1.\(number).0"))
    }
    for version in versions {
      try await stage.publish(version)
      ids.append(try stage.manifestID())
    }
    let steps = try stage.list().steps
    func payloads(to: Int, from: Int?) throws -> Set<[UInt8]> {
      let step = try #require(steps.first { $0.to == ids[to] && $0.from == from.map { ids[$0] } })
      return try stage.payloads(try #require(step.pack))
    }
    #expect(try payloads(to: 2, from: nil) == contents(versions[2]))
    #expect(try payloads(to: 2, from: 1) == contents(versions[2]).subtracting(contents(versions[1])))
    #expect(try payloads(to: 2, from: 0) == contents(versions[2]).subtracting(contents(versions[0])))
    #expect(try payloads(to: 1, from: 2) == contents(versions[1]).subtracting(contents(versions[2])))
    #expect(try payloads(to: 0, from: 1) == contents(versions[0]).subtracting(contents(versions[1])))
    #expect(steps.count == 5)
    let files = Set(try stage.paths().filter { $0.hasPrefix("packs/") })
    #expect(files == Set(try stage.list().packs.map { OfferedFile.pack($0.id).path }))
    let check = try await stage.project.run("registry", "publish", stage.site.string, "--check")
    expect(check, exit: 0)
  }

  @Test func smallDifferencesGetNoPackOfTheirOwn() async throws {
    let stage = try await PackStage()
    defer { withExtendedLifetime(stage) {} }
    try await stage.publish(Self.first)
    let old = try stage.manifestID()
    try await stage.publish(Self.first.changing(0..<3))
    let new = try stage.manifestID()
    let steps = try stage.list().steps
    #expect(steps.map(\.to) == [new, old] && steps.map(\.from) == [nil, new])
  }

  @Test func manifestOfTheSameFilesIsReachedWithoutAPack() async throws {
    let stage = try await PackStage()
    defer { withExtendedLifetime(stage) {} }
    try await stage.publish(Self.first)
    let old = try stage.manifestID()
    let pack = try #require(try stage.list().packs.first)
    let keys = try await stage.project.run("registry", "keygen", "--publisher", "--out", "../key")
    expect(keys, exit: 0)
    let signed = try await stage.project.run(
      "registry",
      "publish",
      stage.site.string,
      "--add-signature",
      "--key",
      "../key.key",
      "--key-id",
      "k"
    )
    expect(signed, exit: 0)
    let new = try stage.manifestID()
    #expect(try stage.list().packs == [pack])
    #expect(
      Set(try stage.list().steps.map { [$0.to, $0.from] }) == [[new, nil], [new, old], [old, new]]
    )
  }

  @Test func keepRemovesThePacksOfTheOldestToo() async throws {
    let stage = try await PackStage()
    defer { withExtendedLifetime(stage) {} }
    var ids: [ObjectID] = []
    for number in 0...3 {
      try await stage.publish(
        Self.first.changing(0..<2, seed: "v\(number)", version: "1.\(number).0"),
        "--keep",
        "2"
      )
      ids.append(try stage.manifestID())
    }
    let steps = try stage.list().steps
    #expect(steps.map(\.to) == [ids[3], ids[2]])
    #expect(try stage.paths().count { $0.hasPrefix("packs/") } == 2)
    #expect(try stage.paths().count { $0.hasPrefix("releases/") } == 2)
  }

  @Test func noPacksRemovesThem() async throws {
    let stage = try await PackStage()
    defer { withExtendedLifetime(stage) {} }
    try await stage.publish(Self.first)
    try await stage.publish(Self.first.changing(0..<2), "--no-packs")
    #expect(try stage.paths().filter { $0.hasPrefix("packs") } == [])
    #expect(try stage.paths().count { $0.hasPrefix("releases/") } == 2)
  }

  @Test func releaseWhoseFilesNoPackHasIsNamed() async throws {
    let stage = try await PackStage()
    defer { withExtendedLifetime(stage) {} }
    try await stage.publish(Self.first, "--no-packs")
    let result = try await stage.publish(Self.first.changing(0..<2))
    expect(result, exit: 0, error: "files of release '1.0.0' were replaced and no pack has them")
  }

  @Test(arguments: ["removed", "changed", "longer"])
  func badPackIsNamedByCheckAndMadeAnewByPublish(what: String) async throws {
    let stage = try await PackStage("badPackIsNamed-\(what)")
    defer { withExtendedLifetime(stage) {} }
    try await stage.publish(Self.first)
    let pack = try #require(try stage.list().packs.first)
    let path = "site/packs/\(pack.id).pack"
    var bytes = try stage.project.scratch.read(path)
    switch what {
    case "removed":
      try FileManager.default.removeItem(atPath: stage.project.scratch.path.appending(path).string)
    case "changed":
      bytes[bytes.count - 40] ^= 1
      try stage.project.scratch.write(path, bytes)
    default: try stage.project.scratch.write(path, bytes + [0])
    }
    let check = try await stage.project.run("registry", "publish", stage.site.string, "--check")
    expect(check, exit: 1, error: "'packs/\(pack.id).pack' is missing, or is not what packs.json says")
    try await stage.publish(Self.first.changing(0..<2))
    let again = try await stage.project.run("registry", "publish", stage.site.string, "--check")
    expect(again, exit: 0)
  }

  @Test func listThatIsNoListIsNamed() async throws {
    let stage = try await PackStage()
    defer { withExtendedLifetime(stage) {} }
    try await stage.publish(Self.first)
    try stage.project.scratch.write("site/packs.json", text: "{\"packs_version\": \"1\"}")
    for arguments in [["--check"], []] {
      let result = try await stage.project.run(
        ["registry", "publish", stage.site.string, "--version", "2.0.0"] + arguments
      )
      expect(result, exit: 1, error: "packs.json:1:", "remove packs.json")
    }
  }
}
