import Formats
import Foundation
import RegistrySync
import TestScenes
import Testing

extension Attack {
  private static let refs = "\(SignedStage.cache)/refs"

  /// With manifests that were, or will be, good at another time or place.
  static let onHistory: [Attack] = freezes + rollbacks + identities + memories

  private static let freezes: [Attack] = [
    Attack("freeze", "Indefinite freeze", .refused(3, "too-old")) { stage in
      try stage.addPolicy("max_manifest_age: 1d\n")
    } after: { stage in
      try await stage.run("registry", "verify", "web", exit: 3, output: "stale")
    },
    Attack("expiredManifest", "Indefinite freeze", .refused(3, "expired")) { stage in
      var next = stage.next
      next.extraFields = ["\"expires_at\": \"2026-02-01T00:00:00Z\""]
      try stage.offer(next)
    },
    Attack("expiryRemoved", "Indefinite freeze", .refused(3, "invalid-manifest")) { stage in
      var next = stage.next
      next.extraFields = ["\"expires_at\": \"2026-02-01T00:00:00Z\""]
      let members = try stage.signing(stage.members(next)).filter { $0.name != "expires_at" }
      try stage.offer(next, manifest: stage.bytes(members))
    },
    Attack("expiryMovedOn", "Indefinite freeze", .refused(3, "bad-signature")) { stage in
      var next = stage.next
      next.extraFields = ["\"expires_at\": \"2026-02-01T00:00:00Z\""]
      let text = try stage.signedText(next).replacing("2026-02-01", with: "2126-02-01")
      try stage.offer(next, manifest: Array(text.utf8))
    },
  ]

  private static let rollbacks: [Attack] = [
    Attack("rollbackOfTheVersion", "Rollback", .refused(3, "rollback")) { stage in
      try stage.offer(stage.first.changing(0..<1, version: "0.9.0"))
    } after: { stage in
      try await stage.run("registry", "sync", "web", "--approved", "--allow-rollback")
      try await stage.run("registry", "log", "web", output: "--allow-rollback")
    },
    Attack("rollbackOfTheDate", "Rollback", .refused(3, "rollback")) { stage in
      try stage.offerNext("generated_at", "\"2025-12-31T00:00:00Z\"")
    },
    Attack("rollbackToAnOldRelease", "Rollback", .refused(3, "rollback")) { stage in
      try stage.offer(stage.next)
      try await stage.run("registry", "sync", "web", "--approved")
      try stage.offer(stage.first)
    },
    Attack("rollbackAfterALostCache", "Rollback", .refused(3, "rollback")) { stage in
      try stage.project.remove(SignedStage.cache)
      try stage.offer(stage.first.changing(0..<1, version: "0.9.0"))
    },
    Attack("rollbackAfterALostLockfile", "Rollback", .refused(3, "rollback")) { stage in
      try stage.project.remove(SignedStage.lockfile)
      try stage.offer(stage.first.changing(0..<1, version: "0.9.0"))
    },
    Attack("oneStolenKeyOfTwo", "Key compromise", .refused(3, "threshold-not-met")) { stage in
      try stage.addPolicy("signature_threshold: 2\n")
      try await stage.trust("acme-2027", stage.other)
      let members = try stage.signing(stage.members(stage.next))
      try stage.offer(stage.next, manifest: stage.bytes(stage.signing(members, "acme-2027", stage.other)))
      // One key is pinned, and two are asked for from now on.
      try await stage.run("registry", "sync", "web", "--approved", "--accept-new-key")
      try stage.offer(stage.first.changing(0..<2, version: "1.2.0"))
    },
    Attack("stolenKeyAfterItsRevocation", "Key compromise", .refused(3, "signature-stripped")) { stage in
      try await stage.run("registry", "trust", "revoke", SignedStage.keyID, "--approved")
      try stage.offer(stage.next)
    },
  ]

  private static let identities: [Attack] = [
    Attack(
      "sameVersionWithOtherContent",
      "Equivocation",
      .refused(3, "same-version-other-content"),
      traces: ["\(SignedStage.cache)/logs/evidence"]
    ) { stage in
      try stage.offer(stage.first.changing(0..<1, version: "1.0.0"))
    } after: { stage in
      // Both manifests are kept, and nothing counts as damage.
      try await stage.run("registry", "verify", "web", output: "other content")
      try await stage.run("fsck", output: "clean")
    },
    // Nobody signed the field, and mmdos does not read it; still it is not what was taken before.
    Attack(
      "fieldAddedByTheHost",
      "Equivocation",
      .refused(3, "same-version-other-content"),
      traces: ["\(SignedStage.cache)/logs/evidence"]
    ) { stage in
      let members = try stage.signing(stage.members(stage.first)) + [JSONMember("note", .string("x"))]
      try stage.offer(stage.first, manifest: stage.bytes(members))
    },
    Attack(
      "anotherRegistrysManifest",
      "Another registry's manifest, with good signatures",
      .refused(3, "other-registry")
    ) {
      stage in try stage.offerNext("registry_name", "\"another-registry\"")
    },
    Attack("unreviewedRelease", "A release that nobody has looked at yet", .refused(4, "too-young")) {
      stage in
      try stage.addPolicy("min_release_age: 3d\n")
      try stage.offerNext("generated_at", "\"\(Timestamp.now().wholeSeconds)\"")
    },
    Attack("backdatedRelease", "A release that nobody has looked at yet", .refused(4, "too-young")) { stage in
      // Its date says that it has been out for long; it was first seen here just now.
      try stage.addPolicy("min_release_age: 3d\n")
      try stage.offer(stage.next)
    },
    Attack("datedInTheFuture", "A manifest from the future", .refused(3, "from-the-future")) { stage in
      let ahead = Timestamp.now().wholeSeconds + .seconds(25 * 3600)
      try stage.offerNext("generated_at", "\"\(ahead)\"")
    },
  ]

  private static let lowering = "Lowering the memory"

  private static let memories: [Attack] = [
    Attack("refsPutBack", lowering, .refused(3, "rollback")) { stage in
      let old = try stage.text(refs + "/synced/web")
      try stage.offer(stage.next)
      try await stage.run("registry", "sync", "web", "--approved")
      try stage.plant(refs + "/synced/web", Array(old.utf8))
      try stage.plant(refs + "/registries/web", Array(old.utf8))
      try stage.offer(stage.first)
    },
    Attack("lockEntryPutBack", lowering, .refused(3, "rollback")) { stage in
      let old = try stage.text(SignedStage.lockfile)
      try stage.offer(stage.next)
      try await stage.run("registry", "sync", "web", "--approved")
      try stage.project.write(SignedStage.lockfile, old)
      try stage.offer(stage.first)
    },
    Attack("pinnedLockEntry", lowering, .refused(3, "rollback")) { stage in
      try stage.offer(stage.next)
      try await stage.run("registry", "sync", "web", "--approved")
      // As if an old release had been put in use and pinned, in the lockfile alone.
      let text = try stage.text(SignedStage.lockfile)
      let pinned = text.replacing(/"highest": \{[^}]*\},?/) { "\($0.output)\n      \"pinned\": true," }
      #expect(pinned != text)
      try stage.project.write(
        SignedStage.lockfile,
        pinned.replacing(/("version": )"1.1.0",(\s+"generated_at")/) {
          "\($0.output.1)\"1.0.0\",\($0.output.2)"
        }
      )
      try stage.offer(stage.first)
    },
    Attack("highestLoweredInTheLockfile", lowering, .refused(3, "rollback")) { stage in
      try stage.offer(stage.next)
      try await stage.run("registry", "sync", "web", "--approved")
      try stage.edit(SignedStage.lockfile, replacing: "\"1.1.0\"", with: "\"0.1.0\"")
      try stage.offer(stage.first)
    },
  ]
}
