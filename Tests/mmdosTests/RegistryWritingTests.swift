import Foundation
import SystemPackage
import TestSupport
import Testing

/// The commands that write: preview, approval, result.
@Suite(.timeLimit(.minutes(10))) struct RegistryWritingTests {
  @Test func addPreviewsThenAdds() async throws {
    let project = try await SampleProject("addPreviews")
    let preview = try await project.expect(
      2,
      "registry",
      "add",
      "partner",
      "../registry",
      "--trust-level",
      "trusted",
      "--require-signature"
    )
    #expect(
      preview.output.hasSuffix(
        "  mmdos registry add partner ../registry --approved --trust-level trusted --require-signature\n"
      )
    )
    #expect(try await project.expect(0, "registry", "list").output.contains("partner") == false)
    let added = try await project.expect(
      0,
      "registry",
      "add",
      "partner",
      "../registry",
      "--approved",
      "--json"
    )
    #expect(try added.object()["url"] as? String == "../registry")
    let again = try await project.expect(
      1,
      "registry",
      "add",
      "PARTNER",
      "../registry",
      "--approved",
      "--json"
    )
    #expect(try again.failure()["kind"] as? String == "registry-exists")
  }

  @Test func whatSyncPreviewsItDoes() async throws {
    let project = try await SampleProject("syncPreviews")
    try await project.expect(0, "registry", "add", "partner", "../registry", "--approved")
    let preview = try await project.expect(2, "registry", "sync", "partner")
    #expect(preview.output.contains("  request      nothing: it is a folder on this machine\n"))
    #expect(preview.output.hasSuffix("  mmdos registry sync partner --approved\n"))
    #expect(try await project.expect(6, "registry", "log", "partner").output == "")
    let json = try await project.expect(2, "registry", "sync", "partner", "--json").object()
    #expect(json.keys.sorted() == ["approved", "next", "would"])

    let first = try await project.expect(0, "registry", "sync", "partner", "--approved", "--json").object()
    #expect(first["outcome"] as? String == "updated")
    #expect(
      first.keys.sorted() == [
        "fetched_bytes", "fetched_files", "file_count", "files", "manifest", "milliseconds", "outcome",
        "packs", "places", "plugins", "registry", "reused_files", "saved_bytes", "signers", "snapshot",
        "trust",
        "version",
        "warnings", "withheld",
      ]
    )
    let second = try await project.expect(0, "registry", "sync", "--all", "--approved").output
    #expect(second.contains("partner: already up to date (version 1.0.0, "))
  }

  @Test func anotherManifestThanExpectedIsRefused() async throws {
    let project = try await SampleProject("syncExpects")
    try await project.expect(0, "registry", "add", "partner", "../registry", "--approved")
    let refused = try await project.expect(
      3,
      "registry",
      "sync",
      "partner",
      "--approved",
      "--expect",
      String(repeating: "0", count: 32),
      "--json"
    )
    #expect(try refused.failure()["kind"] as? String == "unexpected-manifest")
    try await project.expect(64, "registry", "sync", "partner", "--expect", String(repeating: "0", count: 31))
    try await project.expect(64, "registry", "sync", "--all", "--expect", String(repeating: "0", count: 32))
  }

  @Test func removeTakesSourceViewAndLockEntry() async throws {
    let project = try await SampleProject.synced("removeTakes")
    let preview = try await project.expect(2, "registry", "remove", "partner")
    #expect(preview.output.contains("its view .ai/registry-cache/partner/"))
    let removed = try await project.expect(0, "registry", "remove", "partner", "--approved", "--json")
    #expect(try removed.object()["removed"] as? String == "partner")
    #expect(!FileManager.default.fileExists(atPath: project.root.string + "/.ai/registry-cache/partner"))
    #expect(
      try await project.expect(0, "registry", "lock", "--json").object()["entries"] as? [String: Int] == [:]
    )
    try await project.expect(6, "registry", "show", "partner")
    try await project.expect(4, "registry", "remove", "bundled", "--approved")
  }

  @Test func verifyNamesWhatChangedAndSyncRestoresIt() async throws {
    let project = try await SampleProject.synced("verifyNames")
    try project.scratch.write("project/.ai/registry-cache/partner/catalog.yaml", text: "changed\n")
    let result = try await project.expect(3, "registry", "verify", "partner", "--json")
    let findings = try #require(try result.object()["findings"] as? [[String: Any]])
    #expect(findings.map { $0["kind"] as? String } == ["view-file-changed"])
    #expect(findings.map { $0["path"] as? String } == ["catalog.yaml"])
    let restored = try await project.expect(0, "registry", "sync", "partner", "--approved")
    #expect(
      restored.error.contains("warning: the view differed from the snapshot in 1 place and was written anew")
    )
    try await project.expect(0, "registry", "verify", "partner")
  }

  @Test func quietLeavesResultsAndErrors() async throws {
    let project = try await SampleProject("quiet")
    let loud = try await project.expect(0, "registry", "add", "one", "../registry", "--approved")
    #expect(loud.error == "next: mmdos registry sync one\n")
    let quiet = try await project.expect(0, "registry", "add", "two", "../registry", "--approved", "--quiet")
    #expect(quiet.output.hasPrefix("added two: "))
    #expect(!quiet.error.contains("next:"))
    #expect(try await project.expect(6, "registry", "show", "three", "-q").error.hasPrefix("error: "))
  }
}
