import Foundation
import RegistryModel
import TestScenes
import TestSupport
import Testing

/// What is remembered of a registry while an old snapshot of it is in use, and where only the pin is left.
@Suite(.timeLimit(.minutes(10))) struct CheckoutMemoryTests {
  private typealias Stage = CheckoutStage

  @Test func checkoutOfAnOldSnapshotLowersNoMemory() async throws {
    let stage = try await Stage(isSigned: true)
    let highest = try stage.entry()["highest"] as? [String: String]
    expect(try await stage.run("checkout", "v1.1.0"), exit: 0)
    #expect(try stage.entry()["highest"] as? [String: String] == highest)
    for number in [1, 2] {
      try stage.offer(number)
      let before = try stage.project.state()
      expect(try await stage.project.sync(), exit: 3, error: "is lower than")
      try expectUnchanged(stage.project, since: before)
    }
    // Nor does it help to lose one of the two that remember.
    try stage.project.remove(".ai/registry-cache/refs/synced/web")
    try stage.offer(2)
    expect(try await stage.project.sync(), exit: 3, error: "is lower than")
  }

  @Test func checkoutWithoutLockEntryRemembersTheNewest() async throws {
    let stage = try await Stage()
    try stage.project.remove(".ai/registry-lock.json")
    expect(try await stage.run("checkout", "v1.1.0"), exit: 0)
    #expect(
      try stage.entry()["highest"] as? [String: String] == [
        "version": "1.3.0", "generated_at": "2026-01-03T00:00:00Z",
      ]
    )
  }

  @Test func checkoutBringsNoOldKeyBack() async throws {
    let stage = try await Stage(isSigned: true, versions: 1)
    let next = Ed25519PrivateKey.generate()
    try await stage.trust("acme-2027", next)
    try stage.offer(2, "acme-2027", next)
    let accept = ["registry", "sync", "web", "--approved", "--accept-new-key"]
    expect(try await stage.project.run(accept), exit: 0)
    expect(try await stage.run("checkout", "v1.1.0"), exit: 0)
    // The pin of keys is the newest snapshot's: its key goes on without a flag, the old one does not.
    let signers = try stage.entry()["signers"] as? [[String: String]]
    #expect(signers?.map { $0["key_id"] } == ["acme-2027"])
    try stage.offer(3, "acme-2027", next)
    expect(try await stage.project.sync(), exit: 0, output: "fetched, not switched")
    try stage.offer(4)
    expect(try await stage.project.sync(), exit: 3, error: "--accept-new-key")
    expect(try await stage.run("checkout", "latest"), exit: 0)
    try stage.offer(4, "acme-2027", next)
    expect(try await stage.project.sync(), exit: 0, output: "synced version 1.4.0")
  }

  /// The entry as the Node tool writes it: of what is in use here, or of the newest, which it took.
  @Test(arguments: [1, 3])
  func pinThatAnotherToolDroppedIsPutBack(_ taken: Int) async throws {
    let stage = try await Stage(isSigned: true)
    let newest = try stage.project.read(".ai/registry-lock.json")
    expect(try await stage.run("checkout", "v1.1.0"), exit: 0)
    let (pinned, signers) = (try stage.entry(), try stage.entry()["signers"] as? [[String: String]])
    if taken == 3 {
      try stage.project.write(".ai/registry-lock.json", String(decoding: newest, as: UTF8.self))
    }
    try stage.dropFields([
      "registry_name", "tree", "version", "generated_at", "signers", "highest", "entry_hmac", "pinned",
    ])
    expect(try await stage.project.sync(), exit: 0, error: "the pin is put back")
    let entry = try stage.entry()
    for field in ["version", "manifest_sha256", "tree"] {
      #expect(entry[field] as? String == pinned[field] as? String, "\(field)")
    }
    #expect(entry["pinned"] as? Bool == true)
    #expect(entry["highest"] as? [String: String] == pinned["highest"] as? [String: String])
    #expect(entry["signers"] as? [[String: String]] == signers)
    try stage.view(is: 1)
    let again = try await stage.project.sync()
    #expect(!(again.output + again.error).contains("put back"))
    expect(try await stage.run("unpin"), exit: 0)
    expect(try await stage.project.sync(), exit: 0)
    try stage.view(is: 3)
    try stage.dropFields(["registry_name", "tree", "version", "generated_at", "signers", "highest", "pinned"])
    expect(try await stage.project.sync(), exit: 0)
    #expect(try stage.entry()["pinned"] as? Bool != true, "it was unpinned on purpose")
  }

  /// State and reflog say the same of the pin, each with its number.
  private static let records = ["state/web.json", "logs/registries/web"]

  private func dropPinAsTheNodeToolDoes(_ stage: Stage) throws {
    try stage.dropFields(["registry_name", "tree", "version", "generated_at", "signers", "highest", "pinned"])
  }

  @Test(arguments: records)
  func pinIsNotTakenAwayByARecordThatIsPutBack(_ path: String) async throws {
    let stage = try await Stage(isSigned: true)
    let record = ".ai/registry-cache/\(path)"
    let before = String(decoding: try stage.project.read(record), as: UTF8.self)
    // What is in use stays.
    expect(try await stage.run("pin"), exit: 0, output: "still at version 1.3.0")
    try stage.project.write(record, before)
    try dropPinAsTheNodeToolDoes(stage)
    try stage.offer(4)
    let result = try await stage.project.sync()
    expect(result, exit: 0, error: "the pin is put back", output: "fetched, not switched")
    try stage.view(is: 3)
  }

  @Test(arguments: records)
  func pinIsNotBroughtBackByARecordThatIsPutBack(_ path: String) async throws {
    let stage = try await Stage(isSigned: true)
    expect(try await stage.run("pin"), exit: 0)
    let record = ".ai/registry-cache/\(path)"
    let pinned = String(decoding: try stage.project.read(record), as: UTF8.self)
    expect(try await stage.run("unpin"), exit: 0)
    try stage.project.write(record, pinned)
    try dropPinAsTheNodeToolDoes(stage)
    try stage.offer(4)
    expect(try await stage.project.sync(), exit: 0, output: "synced version 1.4.0")
    #expect(try stage.entry()["pinned"] == nil)
    try stage.view(is: 4)
  }

  @Test func pinIsInTheReflogAndNoRevision() async throws {
    let stage = try await Stage()
    expect(try await stage.run("pin"), exit: 0)
    expect(try await stage.run("unpin"), exit: 0)
    let log = try await stage.project.run("registry", "reflog", "web", "--json").object()
    let lines = try #require(log["entries"] as? [[String: Any]])
    #expect(lines.map { $0["message"] as? String }.prefix(3) == ["unpin", "pin", "sync: version 1.3.0"])
    #expect(lines.map { $0["revision"] as? String } == ["@{0}", "@{0}", "@{0}", "@{1}", "@{2}"])
    expect(try await stage.run("checkout", "@{1}"), exit: 0, output: "now at version 1.2.0")
  }

  @Test func pinHoldsWhereThereIsNoCacheYet() async throws {
    let stage = try await Stage()
    expect(try await stage.run("checkout", "v1.2.0"), exit: 0)
    // A fresh clone has the lockfile alone.
    try stage.project.remove(".ai/registry-cache")
    let lockfile = try stage.project.read(".ai/registry-lock.json")
    let refused = try await stage.project.run("registry", "sync", "web", "--approved", "--json")
    expect(refused, exit: 3, error: "\"kind\": \"not-as-locked\"", "pinned")
    #expect(try stage.project.read(".ai/registry-lock.json") == lockfile)
    #expect(!stage.project.has(".ai/registry-cache/web"))
    // While the publisher still has it, it is put in use, and stays pinned.
    try stage.offer(2)
    expect(try await stage.project.run("registry", "sync", "web", "--approved", "--locked"), exit: 0)
    try stage.view(is: 2)
    #expect(try stage.project.read(".ai/registry-lock.json") == lockfile)
    try stage.offer(3)
    expect(try await stage.project.sync(), exit: 0, output: "fetched, not switched")
    try stage.view(is: 2)
  }

  @Test func unpinLetsAFreshCloneTakeTheNewest() async throws {
    let stage = try await Stage()
    expect(try await stage.run("checkout", "v1.2.0"), exit: 0)
    try stage.project.remove(".ai/registry-cache")
    expect(try await stage.run("unpin"), exit: 0, output: "no longer pinned")
    expect(try await stage.project.sync(), exit: 0, output: "synced version 1.3.0")
  }
}
