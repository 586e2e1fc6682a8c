import Foundation
import ObjectStore
import TestScenes
import TestSupport
import Testing

extension Attack {
  private static let row = "Refs that are put back to an older release, which was synced here"
  private static let cache = SignedStage.cache

  /// Syncs the next release, and puts these refs back to the first one; their vouchers stay right.
  private static func putBack(_ refs: String..., in stage: SignedStage) async throws {
    var old: [String: [UInt8]] = [:]
    for ref in refs { old[ref] = try stage.project.read("\(cache)/refs/\(ref)") }
    try stage.offer(stage.next)
    try await stage.run("registry", "sync", "web", "--approved")
    for (ref, bytes) in old { try stage.plant("\(cache)/refs/\(ref)", bytes) }
  }

  private static func heals(_ stage: SignedStage) async throws {
    try await stage.run("registry", "sync", "web", "--approved")
    try await stage.run("registry", "verify", "web")
    try await stage.run("registry", "pin", "web", "latest", "--approved")
    #expect(try stage.text(SignedStage.lockfile).contains("\"version\": \"1.1.0\""))
  }

  /// The refs alone decide nothing where this machine wrote something newer.
  static let onOrder: [Attack] = [
    Attack(
      "pinOfAnOlderRelease",
      row,
      .refused(3, "rollback"),
      command: ["registry", "pin", "web", "--approved"],
      prepare: { try await putBack("registries/web", "synced/web", in: $0) },
      after: heals
    ),
    Attack(
      "checkoutOfAnOlderNewest",
      row,
      .refused(3, "rollback"),
      command: ["registry", "checkout", "web", "latest", "--approved"],
      prepare: { try await putBack("synced/web", in: $0) },
      after: heals
    ),
    Attack(
      "exportOfAnOlderRelease",
      row,
      .refused(3, "rollback"),
      command: ["registry", "export", "web", "../bundle"],
      prepare: { try await putBack("registries/web", in: $0) }
    ),
    Attack(
      "exportOfAnOlderNewest",
      row,
      .refused(3, "rollback"),
      command: ["registry", "export", "web@latest", "../bundle"],
      prepare: { try await putBack("registries/web", "synced/web", in: $0) }
    ),
    Attack(
      "catalogOfAnOlderRelease",
      row,
      .refused(3, "rollback"),
      command: ["catalog", "list", "--source", "remote:web"],
      prepare: { stage in
        try stage.addPolicy("provenance_required: false\n")
        try await putBack("registries/web", in: stage)
      }
    ),
    Attack(
      "olderReleaseVerified",
      row,
      .named(3, "the refs of the cache were put back"),
      command: ["registry", "verify", "web"],
      prepare: { try await putBack("registries/web", "synced/web", in: $0) },
      after: { stage in
        let verified = try await stage.project.run("registry", "verify", "web")
        #expect(!verified.output.contains("--repair"), "\(verified.output)")
        try await heals(stage)
      }
    ),
    Attack(
      "olderNewestVerified",
      row,
      .named(3, "the ref of the newest synced snapshot names an older one"),
      command: ["registry", "verify", "web"],
      prepare: { try await putBack("synced/web", in: $0) }
    ),
    Attack(
      "olderReleaseInStatus",
      row,
      .named(0, "a ref was put back"),
      command: ["registry", "status"],
      prepare: { try await putBack("registries/web", in: $0) }
    ),
    Attack(
      "olderReleaseInTheLog",
      row,
      .named(0, "in doubt"),
      command: ["registry", "log", "web"],
      prepare: { try await putBack("registries/web", "synced/web", in: $0) },
      after: { stage in
        let log = try await stage.project.run("registry", "log", "web", "--json").object()
        let snapshots = try #require(log["snapshots"] as? [[String: Any]])
        #expect(snapshots.first?["doubt"] is String)
        #expect(snapshots.first?["trust"] is NSNull)
      }
    ),
    Attack(
      "recordPutBack",
      row,
      .withstood("pinned"),
      command: ["registry", "pin", "web", "--approved"],
      traces: ["\(cache)/refs/registries/web", "\(cache)/logs/registries/web", SignedStage.lockfile],
      prepare: { stage in
        let old = try stage.text("\(cache)/refs/registries/web").prefix(64)
        try await putBack("registries/web", in: stage)
        let new = try stage.text("\(cache)/refs/synced/web").prefix(64)
        // As it stood here while the old release was checked out, some time ago.
        try stage.plant(
          "\(cache)/state/web.pending",
          Array(TestVoucher.pending("\(new)", "\(old)", of: "web", in: stage.project.root).utf8)
        )
      },
      after: { stage in
        let lockfile = try stage.text(SignedStage.lockfile)
        #expect(lockfile.contains("\"version\": \"1.1.0\""), "\(lockfile)")
        #expect(try stage.project.view()[TestRegistry.path(0)] == stage.next.files[TestRegistry.path(0)])
      }
    ),
  ]
}
