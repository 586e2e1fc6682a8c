import Foundation
import SystemPackage
import TestScenes
import TestServers
import TestSupport
import Testing

/// Syncs from a registry with mirrors, by the built program from a real nginx (DESIGN section 6a).
@Suite(.enabled(if: NginxServer.isAvailable, "nginx and openssl are needed"), .timeLimit(.minutes(10)))
struct MirrorTests {
  private static let file = TestRegistry.path(2)

  // MARK: The registry's own url fails

  @Test(arguments: [
    (MirrorStage.Place.down, "no connection"), (.broken, "the server answered 500"),
    (MirrorStage.Place(site: .expired, folder: "one"), "certificate has expired"),
    (MirrorStage.Place(site: .http2, folder: "nowhere"), "the server answered 404"),
    (MirrorStage.Place(site: .http2, folder: NginxServer.awayFolder), "redirect"),
  ])
  func mirrorServesWhatTheOwnUrlDoesNot(own: MirrorStage.Place, cause: String) async throws {
    try await MirrorStage.run { stage in
      try stage.configure(own, mirrors: .mirror)
      try stage.offer(stage.first, at: .mirror)
      let result = try await stage.project.sync()
      expect(
        result,
        exit: 0,
        error: "the registry's own url \(stage.url(own)) failed",
        "another place served",
        output: "synced version 1.0.0",
        "mirror \(stage.url(.mirror)) served manifest, 7 files"
      )
      #expect(result.error.contains(cause), "\(result.error)")
      try stage.expectView(stage.first)
      expect(try await stage.project.run("registry", "verify", "web"), exit: 0, output: "intact")
      // The lockfile names the registry, not the mirror.
      let lock = String(decoding: try stage.project.read(".ai/registry-lock.json"), as: UTF8.self)
      #expect(lock.contains(stage.url(own)) && !lock.contains(stage.url(.mirror)))
      expect(try await stage.project.sync(), exit: 0, output: "already up to date", "served manifest")
    }
  }

  @Test func mirrorIsAskedOnlyForWhatIsMissing() async throws {
    try await MirrorStage.run { stage in
      try stage.configure(.own, mirrors: .mirror)
      for place in [MirrorStage.Place.own, .mirror] { try stage.offer(stage.first, at: place) }
      try stage.set(Self.file, nil, at: .own)
      let result = try await stage.project.run("registry", "sync", "web", "--approved", "--json")
      expect(result, exit: 0)
      let places = try #require(result.object()["places"] as? [[String: Any]])
      #expect(places.map { $0["files"] as? Int } == [6, 1])
      #expect(places.map { $0["manifest"] as? Bool } == [true, false])
      #expect(places.map { $0["mirror"] as? Bool } == [false, true])
      #expect((places[0]["failure"] as? String)?.contains("404") == true)
      #expect(stage.requests(.mirror).map(\.path) == ["/two/\(Self.file)"])
      try stage.expectView(stage.first)
      // With nothing missing no mirror is asked.
      expect(try await stage.project.sync(), exit: 0, output: "already up to date")
      #expect(stage.requests(.mirror).count == 1)
    }
  }

  @Test func redirectOfAMirrorIsFollowedWithinItsHost() async throws {
    try await MirrorStage.run { stage in
      let moved = MirrorStage.Place(site: .http1, folder: "\(NginxServer.movedFolder)/two")
      try stage.configure(.down, mirrors: moved)
      try stage.offer(stage.first, at: .mirror)
      expect(try await stage.project.sync(), exit: 0, output: "served manifest, 7 files")
      #expect(stage.requests(.mirror).count { $0.status == 200 } == 8)
      try stage.expectView(stage.first)
    }
  }

  // MARK: Places that lie

  @Test func mirrorThatLiesIsNamedAndTheNextOneServes() async throws {
    try await MirrorStage.run { stage in
      let third = MirrorStage.Place(site: .http2, folder: "three")
      try stage.configure(.own, mirrors: .mirror, third)
      for place in [MirrorStage.Place.own, .mirror, third] { try stage.offer(stage.first, at: place) }
      try stage.set(Self.file, nil, at: .own)
      try stage.set(Self.file, "# Do as I say\n", at: .mirror)
      expect(
        try await stage.project.sync(),
        exit: 0,
        error: "the mirror \(stage.url(.mirror)) failed",
        "is not the file that the manifest names",
        output: "mirror \(stage.url(third)) served 1 file"
      )
      try stage.expectView(stage.first)
      #expect(stage.requests(third).map(\.path) == ["/three/\(Self.file)"])
    }
  }

  @Test func ownUrlThatLiesIsNamedAndTheMirrorServes() async throws {
    try await MirrorStage.run { stage in
      try stage.configure(.own, mirrors: .mirror)
      for place in [MirrorStage.Place.own, .mirror] { try stage.offer(stage.first, at: place) }
      try stage.set(Self.file, "\u{7F}ELF and more", at: .own)
      expect(
        try await stage.project.sync(),
        exit: 0,
        error: "the registry's own url \(stage.url(.own)) failed"
      )
      try stage.expectView(stage.first)
    }
  }

  @Test func whereAllLieNothingChanges() async throws {
    try await MirrorStage.run { stage in
      try stage.configure(.own, mirrors: .mirror)
      for place in [MirrorStage.Place.own, .mirror] { try stage.offer(stage.first, at: place) }
      expect(try await stage.project.sync(), exit: 0)
      for place in [MirrorStage.Place.own, .mirror] {
        try stage.offer(stage.next, at: place)
        try stage.set(TestRegistry.path(0), "# Of \(place.folder)\n", at: place)
      }
      let before = try stage.project.state()
      let result = try await stage.project.sync()
      expect(
        result,
        exit: 3,
        error: "\(stage.server.origin(.http2))/one/\(TestRegistry.path(0)) is not the file",
        "the mirror \(stage.url(.mirror)) failed"
      )
      try expectUnchanged(stage.project, since: before)
    }
  }

  // MARK: Manifests

  @Test func olderManifestOfOnePlaceDoesNotStopANewerOne() async throws {
    try await MirrorStage.run { stage in
      try stage.configure(.own, mirrors: .mirror)
      for place in [MirrorStage.Place.own, .mirror] { try stage.offer(stage.next, at: place) }
      expect(try await stage.project.sync(), exit: 0, output: "synced version 1.1.0")
      // A mirror that is behind is not asked while the registry itself answers.
      try stage.offer(stage.first, at: .mirror)
      expect(try await stage.project.sync(), exit: 0, output: "already up to date")
      // The registry itself was put back, and the mirror was not.
      try stage.offer(stage.first, at: .own)
      try stage.offer(stage.first.changing(0..<2, seed: "c", version: "1.2.0"), at: .mirror)
      expect(
        try await stage.project.sync(),
        exit: 0,
        error: "the registry's own url",
        "1.0.0",
        output: "synced version 1.2.0"
      )
      // Nobody has what is known.
      try stage.offer(stage.first, at: .mirror)
      let before = try stage.project.state()
      expect(try await stage.project.sync(), exit: 3, error: "the mirror \(stage.url(.mirror)) failed")
      try expectUnchanged(stage.project, since: before)
    }
  }

  @Test func manifestOfAMirrorHasToBeSignedOrNamed() async throws {
    try await MirrorStage.run { stage in
      try stage.project.setPolicy(TestProject.openPolicy + "max_attempts: 1\n")
      try stage.configure(.own, mirrors: .mirror)
      try stage.offer(stage.first, at: .own, isSigned: false)
      expect(try await stage.project.sync(), exit: 0)
      try stage.offer(stage.next, at: .mirror, isSigned: false)
      try stage.set("manifest.json", nil, at: .own)
      let before = try stage.project.state()
      expect(
        try await stage.project.sync(),
        exit: 5,
        error: "the server answered 404",
        "the mirror's manifest is the publisher's"
      )
      try expectUnchanged(stage.project, since: before)
      // What is held already needs no other proof.
      try stage.offer(stage.first, at: .mirror, isSigned: false)
      expect(try await stage.project.sync(), exit: 0, output: "already up to date")
      // Nor does what the lockfile names, in a clone that holds nothing.
      try stage.project.remove(".ai/registry-cache")
      let locked = ["registry", "sync", "web", "--locked", "--approved"]
      expect(try await stage.project.run(locked), exit: 0, output: "served manifest, 7 files")
      try stage.expectView(stage.first)
    }
  }

  /// Two signed contents of one version are the publisher's own doing, which no mirror hides.
  @Test func signedEquivocationIsRefusedWhateverMirrorsHave() async throws {
    try await MirrorStage.run { stage in
      try stage.configure(.own, mirrors: .mirror)
      for place in [MirrorStage.Place.own, .mirror] { try stage.offer(stage.first, at: place) }
      expect(try await stage.project.sync(), exit: 0)
      try stage.offer(stage.first.changing(0..<1, seed: "x", version: "1.0.0"), at: .own)
      expect(try await stage.project.sync(), exit: 3, error: "1.0.0")
      #expect(stage.requests(.mirror).isEmpty)
    }
  }

  // MARK: Logins and hosts

  @Test func loginOfTheRegistryIsNeverSentToAMirror() async throws {
    try await MirrorStage.run { stage in
      let own = MirrorStage.Place(site: .http2, folder: NginxServer.loginFolder)
      try stage.configure(own, mirrors: .mirror)
      for place in [own, .mirror] { try stage.offer(stage.first, at: place) }
      try stage.set(Self.file, nil, at: own)
      stage.project.environment = ["TOKEN": NginxServer.token]
      let host = "localhost:\(stage.server.port(.http2))"
      try stage.project.configureUser(
        "ca_file: \"\(stage.server.authority)\"\ncredentials:\n  - host: \(host)\n    bearer_env: TOKEN\n"
      )
      expect(try await stage.project.sync(), exit: 0, output: "served 1 file")
      #expect(stage.requests(own).allSatisfy { $0.authorization == "Bearer \(NginxServer.token)" })
      #expect(stage.requests(.mirror).map(\.authorization) == ["-"])
    }
  }

  @Test func mirrorHasALoginOfItsOwnWhichIsLookedUpWhenItIsAsked() async throws {
    try await MirrorStage.run { stage in
      try stage.configure(.own, mirrors: .login)
      for place in [MirrorStage.Place.own, .login] { try stage.offer(stage.first, at: place) }
      let host = "localhost:\(stage.server.port(.http1))"
      let configuration = """
        ca_file: "\(stage.server.authority)"
        credentials:
          - host: \(host)
            bearer_env: MIRROR_TOKEN

        """
      stage.project.environment = [:]
      try stage.project.configureUser(configuration)
      let preview = try await stage.project.run("registry", "sync", "web")
      expect(preview, exit: 2, output: "\(host) (a mirror, ", "with your login for it")
      // The login cannot be used, and nobody needs it.
      expect(try await stage.project.sync(), exit: 0, output: "synced version 1.0.0")
      try stage.offer(stage.next, at: .own)
      try stage.offer(stage.next, at: .login)
      try stage.set(TestRegistry.path(0), nil, at: .own)
      expect(try await stage.project.sync(), exit: 5, error: "404", "the login for '\(host)' cannot be used")
      stage.project.environment["MIRROR_TOKEN"] = NginxServer.token
      let result = try await stage.project.sync()
      expect(result, exit: 0, output: "served 1 file")
      #expect(stage.requests(.login).map(\.authorization) == ["Bearer \(NginxServer.token)"])
      #expect(stage.requests(.own).allSatisfy { $0.authorization == "-" })
      #expect(!(result.output + result.error).contains(NginxServer.token))
    }
  }

  // MARK: Packs and repair

  @Test func packsComeFromAMirrorToo() async throws {
    try await MirrorStage.run { stage in
      let registry = TestRegistry(count: 200)
      try stage.project.setPolicy(TestProject.openPolicy + "max_attempts: 1\n")
      try stage.configure(.own, mirrors: .mirror)
      try registry.write(to: stage.project.scratch.path.appending("served/one"))
      let folder = stage.project.scratch.path.appending("served/one").string
      expect(try await stage.project.run("registry", "publish", folder, "--version", "2.0.0"), exit: 0)
      try FileManager.default.copyItem(
        atPath: folder,
        toPath: stage.project.scratch.path.appending("served/two").string
      )
      try FileManager.default.removeItem(atPath: folder + "/packs")
      let result = try await stage.project.run("registry", "sync", "web", "--approved", "--json")
      expect(result, exit: 0)
      let places = try #require(result.object()["places"] as? [[String: Any]])
      #expect(places.map { $0["packs"] as? Int } == [0, 1], "\(result.output)")
      #expect(places.map { $0["files"] as? Int } == [0, 0], "\(result.output)")
    }
  }

  @Test func repairAsksMirrors() async throws {
    try await MirrorStage.run { stage in
      try stage.configure(.own, mirrors: .mirror)
      for place in [MirrorStage.Place.own, .mirror] { try stage.offer(stage.first, at: place) }
      expect(try await stage.project.sync(), exit: 0)
      let id = TestRegistry.hash(try #require(stage.first.files[Self.file])).dropFirst("sha256:".count)
      try #require(stage.project.objects().contains(String(id)))
      try stage.project.remove(".ai/registry-cache/objects/\(id.prefix(2))/\(id.dropFirst(2))")
      try stage.set(Self.file, nil, at: .own)
      let words = ["registry", "verify", "web", "--repair"]
      expect(try await stage.project.run(words), exit: 2, output: stage.url(.mirror))
      expect(try await stage.project.run(words + ["--approved"]), exit: 0, output: "served 1 file")
      try stage.expectView(stage.first)
    }
  }
}
