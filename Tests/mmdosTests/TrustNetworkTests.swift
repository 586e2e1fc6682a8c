import Foundation
import SystemPackage
import TestSupport
import Testing

/// `mmdos registry trust add --url` and `trust sync`: what is requested, and what no host can do.
struct TrustNetworkTests {
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
