import Foundation
import SystemPackage
import TestServers
import TestSupport
import Testing

/// `mmdos registry trust add --url` and `trust sync`: what is requested, and what no host can do.
@Suite(.timeLimit(.minutes(10))) struct TrustNetworkTests {
  private static let online = "allow_remote_registries: true\nallow_http_localhost: true\n"

  private func serve(_ project: SampleProject) async throws -> LoopbackServer {
    try await LoopbackServer(files: ["/keys/acme.pub": try project.scratch.read("acme.pub")])
  }

  @Test func addFromAddressRecordsIt() async throws {
    let project = try await SampleProject.withPair(policy: Self.online)
    let server = try await serve(project)
    let url = "\(server.origin)/keys/acme.pub"
    let add = ["registry", "trust", "add", "acme", "--url", url, "--name", "A"]
    let preview = try await project.run(add)
    #expect(preview.exitCode == 2)
    #expect(preview.output.contains("request      \(url)"))
    #expect(server.requests.isEmpty)
    #expect(try await project.run(add + ["--approved"]).exitCode == 0)
    #expect(try project.trustStore().contains("remote_source_url: \"\(url)\""))
    let failed = try await project.run(
      "registry",
      "trust",
      "add",
      "b",
      "--url",
      "\(server.origin)/none",
      "--name",
      "B",
      "--approved"
    )
    #expect(failed.exitCode == 5)
  }

  @Test func tooLargeDocumentIsRefused() async throws {
    let project = try await SampleProject.withPair(policy: Self.online)
    let server = try await LoopbackServer(files: ["/k": [UInt8](repeating: 0x41, count: (1 << 20) + 1)])
    let result = try await project.run(
      "registry",
      "trust",
      "add",
      "acme",
      "--url",
      "\(server.origin)/k",
      "--name",
      "A",
      "--approved"
    )
    #expect(result.exitCode == 5, "\(result.error)")
  }

  @Test func syncNeverReplacesAKeySilently() async throws {
    let project = try await SampleProject.withPair(policy: Self.online)
    let server = try await serve(project)
    try await project.expect(
      0,
      "registry",
      "trust",
      "add",
      "acme",
      "--url",
      "\(server.origin)/keys/acme.pub",
      "--name",
      "A",
      "--approved"
    )
    let same = try await project.expect(0, "registry", "trust", "sync", "--approved")
    #expect(same.output.contains("acme  unchanged"))
    let old = try await project.fingerprint("acme")
    let new = try #require(try await project.makePair("new")["fingerprint"] as? String)
    server.set("/keys/acme.pub", try project.scratch.read("new.pub"))
    server.forgetRequests()
    #expect(try await project.run("registry", "trust", "sync").exitCode == 2)
    #expect(server.requests.isEmpty)
    let before = try project.trustStore()
    let changed = try await project.run("registry", "trust", "sync", "--approved")
    #expect(changed.exitCode == 2)
    #expect(changed.output.contains("acme  changed\n  old  \(old)\n  new  \(new)\n"))
    #expect(changed.output.contains("mmdos registry trust sync --accept acme:\(new) --approved"))
    #expect(try project.trustStore() == before)
    let other = try await project.run("registry", "trust", "sync", "--approved", "--accept", "acme:\(old)")
    #expect(other.exitCode == 3)
    #expect(
      other.output.contains("acme  changed, and not to the accepted key\n  old  \(old)\n  new  \(new)\n")
    )
    #expect(!other.output.contains("--accept"))
    #expect(try project.trustStore() == before)
    try await project.expect(0, "registry", "trust", "sync", "--approved", "--accept", "acme:\(new)")
    #expect(try await project.fingerprint("acme") == new)
  }

  @Test func syncAcceptsByNameAndReportsAsJSON() async throws {
    let project = try await SampleProject.withPair(policy: Self.online)
    let server = try await serve(project)
    try await project.expect(
      0,
      "registry",
      "trust",
      "add",
      "acme",
      "--url",
      "\(server.origin)/keys/acme.pub",
      "--name",
      "A",
      "--approved"
    )
    let new = try #require(try await project.makePair("new")["fingerprint"] as? String)
    server.set("/keys/acme.pub", try project.scratch.read("new.pub"))
    let changed = try await project.expect(2, "registry", "trust", "sync", "--approved", "--json").object()
    let keys = try #require(changed["keys"] as? [[String: Any]])
    #expect(keys.first?["new_fingerprint"] as? String == new)
    try await project.expect(6, "registry", "trust", "sync", "--approved", "--accept", "nobody")
    try await project.expect(64, "registry", "trust", "sync", "--approved", "--accept", "acme:12")
    try await project.expect(0, "registry", "trust", "sync", "--approved", "--accept", "acme")
    #expect(try await project.fingerprint("acme") == new)
  }

  /// A project with the keys `acme` and `beta` of one host, which now serves others for both.
  private func withTwoChangedKeys(
    _ name: String = #function
  ) async throws -> (project: SampleProject, server: LoopbackServer, new: [String: String]) {
    let project = try await SampleProject.withPair(name, policy: Self.online)
    let server = try await LoopbackServer()
    var new: [String: String] = [:]
    for key in ["acme", "beta"] {
      try await project.makePair("\(key)-old")
      new[key] = try #require(try await project.makePair("\(key)-new")["fingerprint"] as? String)
      let url = "\(server.origin)/\(key).pub"
      server.set("/\(key).pub", try project.scratch.read("\(key)-old.pub"))
      let add = ["registry", "trust", "add", key, "--url", url, "--name", key, "--approved"]
      #expect(try await project.run(add).exitCode == 0)
      server.set("/\(key).pub", try project.scratch.read("\(key)-new.pub"))
    }
    return (project, server, new)
  }

  private func accept(_ project: SampleProject, _ accepts: String...) async throws -> Program.Result {
    try await project.run(
      ["registry", "trust", "sync", "--approved", "--json"] + accepts.flatMap { ["--accept", $0] }
    )
  }

  @Test func oneWrongAcceptanceReplacesNothing() async throws {
    let (project, server, new) = try await withTwoChangedKeys()
    // It ends with its last reference.
    defer { withExtendedLifetime(server) {} }
    let (acme, beta) = try (#require(new["acme"]), #require(new["beta"]))
    let before = try project.trustStore()
    let old = try await [project.fingerprint("acme"), project.fingerprint("beta")]
    let wrong = ["beta:\(acme)", "beta:\(old[1])", "beta:\(String(repeating: "0", count: 64))"]
    for wrong in wrong {
      let result = try await accept(project, "acme:\(acme)", wrong)
      #expect(result.exitCode == 3, "\(result.error)")
      let report = try result.object()
      let keys = try #require(report["keys"] as? [[String: Any]])
      #expect(keys.map { $0["fingerprint"] as? String } == old)
      #expect(keys.map { $0["new_fingerprint"] as? String } == [acme, beta])
      #expect(keys.map { $0["accepted"] as? Bool } == [true, false])
      #expect(report["next"] is NSNull)
      #expect(try project.trustStore() == before)
    }
    // Of two acceptances of one key both are checked.
    #expect(try await accept(project, "beta:\(old[1])", "beta:\(beta)").exitCode == 3)
    #expect(try project.trustStore() == before)
    let both = try await accept(project, "acme:\(acme)", "beta:\(beta)")
    #expect(both.exitCode == 0, "\(both.output)")
    #expect(try await [project.fingerprint("acme"), project.fingerprint("beta")] == [acme, beta])
  }

  @Test func acceptedKeyThatIsNotToBeHadReplacesNothing() async throws {
    let (project, server, new) = try await withTwoChangedKeys()
    let acme = try #require(new["acme"])
    let before = try project.trustStore()
    server.set("/beta.pub", nil)
    let failed = try await accept(project, "acme:\(acme)", "beta")
    #expect(failed.exitCode == 5, "\(failed.output)")
    #expect(try project.trustStore() == before)
    // A key that nobody accepted keeps no other from being replaced.
    #expect(try await accept(project, "acme:\(acme)").exitCode == 5)
    #expect(try await project.fingerprint("acme") == acme)
    // What is served already may be accepted again, another key may not.
    server.set("/beta.pub", try project.scratch.read("beta-old.pub"))
    #expect(try await accept(project, "acme:\(acme)").exitCode == 0)
    let stale = try await accept(project, "beta:\(acme)")
    #expect(stale.exitCode == 3)
    let keys = try #require(try stale.object()["keys"] as? [[String: Any]])
    #expect(keys.last?["state"] as? String == "unchanged")
  }

  @Test func keyOfAnotherEntryIsNotTaken() async throws {
    let (project, server, new) = try await withTwoChangedKeys()
    let acme = try #require(new["acme"])
    server.set("/beta.pub", try project.scratch.read("acme-new.pub"))
    let before = try project.trustStore()
    let result = try await accept(project, "acme:\(acme)", "beta:\(acme)")
    #expect(result.exitCode == 1)
    #expect(try result.failure()["kind"] as? String == "key-exists")
    #expect(try project.trustStore() == before)
  }

  @Test func syncReportsRevocationAndFailure() async throws {
    let project = try await SampleProject.withPair(policy: Self.online)
    let server = try await serve(project)
    let url = "\(server.origin)/keys/acme.pub"
    try await project.expect(0, "registry", "trust", "add", "acme", "--url", url, "--name", "A", "--approved")
    let theirs = try project.trustStore().replacingOccurrences(of: "\"active\"", with: "\"revoked\"")
    server.set("/keys/acme.pub", Array(theirs.utf8))
    let revoked = try await project.expect(2, "registry", "trust", "sync", "--approved")
    #expect(revoked.output.contains("acme  revoked by its publisher"))
    #expect(revoked.output.contains("mmdos registry trust revoke acme --approved"))
    server.set("/keys/acme.pub", nil)
    #expect(
      try await project.expect(5, "registry", "trust", "sync", "--approved").output.contains("acme  failed: ")
    )
    try await project.expect(0, "registry", "trust", "revoke", "acme", "--approved")
    server.forgetRequests()
    #expect(
      try await project.expect(0, "registry", "trust", "sync", "--approved").output.contains("not asked")
    )
    #expect(server.requests.isEmpty)
  }

  @Test func syncNeedsThePolicy() async throws {
    let project = try await SampleProject.withPair()
    let result = try await project.run("registry", "trust", "sync", "--approved", "--json")
    #expect(result.exitCode == 4)
    #expect(try result.failure()["kind"] as? String == "remote-forbidden")
  }
}
