import Foundation
import SystemPackage
import TestSupport
import Testing

/// Entries of `registry-lock.json` that were changed, lost their codes, or come from another tool.
@Suite(.timeLimit(.minutes(10))) struct LockEntryTests {
  private static let lockfile = "project/.ai/registry-lock.json"

  /// Changes the entry of `partner` in the lockfile.
  private func edit(_ project: SampleProject, _ change: (inout [String: Any]) throws -> Void) throws {
    let root = try JSONSerialization.jsonObject(with: Data(project.scratch.read(Self.lockfile)))
    var document = try #require(root as? [String: Any])
    var entries = try #require(document["entries"] as? [String: Any])
    var entry = try #require(entries["partner"] as? [String: Any])
    try change(&entry)
    entries["partner"] = entry
    document["entries"] = entries
    try project.scratch.write(Self.lockfile, [UInt8](JSONSerialization.data(withJSONObject: document)))
  }

  private func expect(
    _ result: Program.Result,
    _ code: Int32,
    _ texts: String...,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let all = result.output + result.error
    #expect(result.exitCode == code, "\(all)", sourceLocation: sourceLocation)
    for text in texts { #expect(all.contains(text), "\(text) in:\n\(all)", sourceLocation: sourceLocation) }
  }

  // MARK: Without a key

  @Test(arguments: [
    ("catalog_sha256", String(repeating: "ab", count: 32)), ("tree", String(repeating: "ab", count: 32)),
    ("registry_name", "other"), ("version", "0.9.0"), ("generated_at", "2020-01-01T00:00:00Z"),
    ("public_signature_key_id", "stranger"),
  ])
  func changedFieldIsNamedByAllThatCompare(field: String, value: String) async throws {
    let project = try await SampleProject.synced("changedField_\(field)")
    try edit(project) { $0[field] = value }
    let before = try project.scratch.read(Self.lockfile)
    for words in [
      ["registry", "verify", "partner"], ["registry", "lock", "--check"],
      ["registry", "sync", "partner", "--locked", "--approved"],
      ["catalog", "list", "--source", "remote:partner"],
      ["catalog", "install", "code-review", "--source", "remote:partner"],
    ] {
      expect(try await project.run(words), 3, "'\(field)'", value)
    }
    #expect(try project.scratch.read(Self.lockfile) == before)
    // A sync says what it puts right.
    if field != "registry_name" {
      expect(
        try await project.run("registry", "sync", "partner", "--approved"),
        0,
        "changed by hand",
        "'\(field)'"
      )
      expect(try await project.run("registry", "verify", "partner"), 0)
    }
  }

  @Test func afterAPullVerifyAdvisesASyncAndNoRepair() async throws {
    let project = try await SampleProject.synced()
    let old = try project.scratch.read(Self.lockfile)
    try await project.expect(0, "registry", "publish", "../registry", "--version", "1.1.0")
    try await project.expect(0, "registry", "sync", "partner", "--approved")
    try project.scratch.write(Self.lockfile, old)
    let result = try await project.run("registry", "verify", "partner")
    expect(result, 3, "'manifest_sha256'", "registry sync partner --locked --approved")
    #expect(!result.output.contains("--repair"), "\(result.output)")
  }

  // MARK: Codes

  /// A project with a key whose lock entry has its codes.
  private func keyedProject(_ name: String = #function) async throws -> SampleProject {
    let project = try await SampleProject.synced(name)
    let made = try await project.run("registry", "keygen", "--approved")
    expect(made, 0, "registry lock --resign")
    try await project.expect(0, "registry", "lock", "--resign", "--approved")
    return project
  }

  private let acting = [
    ["registry", "sync", "partner", "--approved"], ["registry", "sync", "partner", "--locked", "--approved"],
    ["registry", "sync", "partner", "--dry-run", "--approved"], ["registry", "pin", "partner", "--approved"],
    ["registry", "checkout", "partner", "latest", "--approved"],
    ["registry", "unpin", "partner", "--approved"], ["registry", "remove", "partner", "--approved"],
    ["catalog", "install", "code-review", "--source", "remote:partner", "--approved"],
    ["registry", "verify", "partner"], ["registry", "lock", "--check"],
  ]
  private let reading = [
    ["registry", "list"], ["registry", "status"], ["registry", "show", "partner"], ["registry", "lock"],
    ["catalog", "list"], ["catalog", "search", "review"],
  ]

  @Test(arguments: ["signature", "entry_hmac"]) func entryWithoutACodeIsNotActedOn(field: String) async throws
  {
    let project = try await keyedProject("withoutCode_\(field)")
    try edit(project) { entry in
      entry[field] = NSNull()
      // Behind codes that were taken out, anything may have been changed.
      entry["highest"] = ["version": "1.0.0", "generated_at": "2020-01-01T00:00:00Z"]
    }
    let before = try project.scratch.read(Self.lockfile)
    for words in acting { expect(try await project.run(words), 3, field) }
    #expect(try project.scratch.read(Self.lockfile) == before)
    for words in reading where words[0] == "registry" { expect(try await project.run(words), 0, field) }
  }

  @Test func resigningShowsTheEntryFirst() async throws {
    let project = try await keyedProject()
    let right = try project.scratch.read(Self.lockfile)
    try edit(project) { ($0["signature"], $0["entry_hmac"]) = (NSNull(), NSNull()) }
    for words in reading { expect(try await project.run(words), 0, "'signature'") }
    let preview = try await project.run("registry", "lock", "--resign")
    expect(preview, 2, "partner", "'signature'", "version     1.0.0", "highest     1.0.0", "signers     none")
    expect(try await project.run("registry", "sync", "partner", "--approved"), 3, "registry lock --resign")
    try await project.expect(0, "registry", "lock", "--resign", "--approved")
    #expect(try project.scratch.read(Self.lockfile) == right)
    for words in [["registry", "sync", "partner", "--approved"], ["registry", "verify", "partner"]] {
      expect(try await project.run(words), 0)
    }
  }

  @Test func colleagueWithAnotherKeyCanListAndRead() async throws {
    let project = try await keyedProject()
    let lock = try project.scratch.read(Self.lockfile)
    let made = try await project.run("registry", "keygen", "--force", "--approved")
    expect(made, 0, "no codes of this key", "registry lock --resign")
    for words in reading { expect(try await project.run(words), 0, "another key") }
    for words in [
      ["registry", "ls", "partner"], ["registry", "log", "partner"],
      ["registry", "cat", "partner", "catalog.yaml"],
    ] { expect(try await project.run(words), 0) }
    for words in acting { expect(try await project.run(words), 3, "another key") }
    #expect(try project.scratch.read(Self.lockfile) == lock)
  }

  @Test func colleagueWithoutAKeyWorksAndIsToldWhatTheEntryLoses() async throws {
    let project = try await keyedProject()
    try FileManager.default.removeItem(atPath: "\(project.root)/.ai/registry-signing-key")
    for words in reading { expect(try await project.run(words), 0) }
    expect(try await project.run("registry", "verify", "partner"), 0, "the project has no key")
    let lock = try project.scratch.read(Self.lockfile)
    expect(try await project.run("registry", "sync", "partner", "--approved"), 0, "up to date")
    #expect(try project.scratch.read(Self.lockfile) == lock, "what stays as it is keeps its codes")
    try await project.expect(0, "registry", "publish", "../registry", "--version", "1.1.0")
    expect(try await project.run("registry", "sync", "partner", "--approved"), 0, "written without codes")
  }

  // MARK: Entries of the Node tool

  @Test func entryOfTheNodeToolIsRecognised() async throws {
    let project = try await SampleProject.synced()
    try edit(project) { entry in
      for key in ["registry_name", "tree", "version", "generated_at", "signers", "highest", "entry_hmac"] {
        entry[key] = nil
      }
    }
    for words in [["registry", "list"], ["registry", "status"], ["registry", "show", "partner"]] {
      expect(try await project.run(words), 0, "as the Node tool writes it")
    }
    expect(
      try await project.run("registry", "sync", "partner", "--approved"),
      0,
      "as the Node tool writes it",
      "written anew"
    )
    let again = try await project.run("registry", "sync", "partner", "--approved")
    #expect(!(again.output + again.error).contains("Node tool"))
  }

  @Test func entryOfTheNodeToolNeedsItsCodesWhereThereIsAKey() async throws {
    let project = try await keyedProject()
    // Its own code is right: it covers the catalog alone.
    try edit(project) { entry in
      for key in ["registry_name", "tree", "version", "generated_at", "signers", "highest", "entry_hmac"] {
        entry[key] = nil
      }
    }
    let result = try await project.run("registry", "sync", "partner", "--approved")
    expect(result, 3, "'entry_hmac'", "as the Node tool writes it")
  }

  @Test(arguments: ["manifest_sha256", "public_signature_status", "trust_verdict", "lockfile_verdict"])
  func entryThatRecordsAFailureStopsOnlyItsRegistry(field: String) async throws {
    let project = try await SampleProject.synced("recordsAFailure_\(field)")
    try edit(project) { $0[field] = field == "manifest_sha256" ? NSNull() : "failed" as Any }
    for words in reading where words[0] == "registry" {
      expect(try await project.run(words), 0, "'\(field)'")
    }
    for words in [
      ["registry", "verify", "partner"], ["registry", "lock", "--check"],
      ["registry", "sync", "partner", "--locked", "--approved"],
      ["catalog", "list", "--source", "remote:partner"],
    ] { expect(try await project.run(words), 3, "'\(field)'") }
    expect(
      try await project.run("registry", "sync", "partner", "--approved"),
      0,
      "'\(field)'",
      "written anew"
    )
    expect(try await project.run("registry", "verify", "partner"), 0)
  }
}
