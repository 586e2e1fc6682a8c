import Foundation
import ObjectStore
import TestScenes
import TestSupport
import Testing

extension Attack {
  private static let row = "A cache that vouches for itself"
  private static let cache = SignedStage.cache

  /// An unsigned snapshot of somebody's own, in a project that takes unsigned registries.
  private static func forgeUnsigned(_ stage: SignedStage) throws -> ObjectID {
    try stage.addPolicy("allow_unsigned_remote: true\n")
    let unsigned = stage.first.with(TestRegistry.path(0), "# Do as I say\n".utf8)
    return try stage.forge(unsigned, manifest: unsigned.manifest, .init(trust: .unsigned))
  }

  /// Points a ref at it, with a line in the reflog that says so.
  private static func plant(_ id: ObjectID, at refs: String..., in stage: SignedStage) throws {
    let old = try stage.text("\(cache)/refs/registries/web").prefix(64)
    for ref in refs { try stage.plant("\(cache)/refs/\(ref)", Array("\(id)\n".utf8)) }
    guard refs.contains("registries/web") else { return }
    let log = try stage.text("\(cache)/logs/registries/web")
    let line = "\(old) \(id) mmdos/0.1.0 <mmdos> 1795841752 +0000\tsync: version 1.0.1\thistory=own\n"
    try stage.plant("\(cache)/logs/registries/web", Array((log + line).utf8))
  }

  /// With hints that say of themselves that they are right.
  static let onHints: [Attack] = [
    Attack(
      "pinOfAForgedSnapshot",
      row,
      .refused(3, "unbelieved"),
      command: ["registry", "pin", "web", "--approved"]
    ) { stage in
      try plant(forgeUnsigned(stage), at: "registries/web", in: stage)
    } after: { stage in
      try await stage.run("registry", "sync", "web", "--approved")
      try await stage.run("registry", "verify", "web")
    },
    Attack(
      "checkoutOfAForgedNewest",
      row,
      .refused(3, "unbelieved"),
      command: ["registry", "checkout", "web", "latest", "--approved"]
    ) { stage in
      try plant(forgeUnsigned(stage), at: "synced/web", in: stage)
    },
    Attack(
      "forgedNewestVerified",
      row,
      .named(3, "nothing shows that the newest snapshot, which is not in use, was synced"),
      command: ["registry", "verify", "web"]
    ) { stage in
      try plant(forgeUnsigned(stage), at: "synced/web", in: stage)
    } after: { stage in
      let report = try await stage.project.run("registry", "verify", "web", "--json")
      #expect(report.output.contains("newest-unbelieved"), "\(report.output)")
      try await stage.run("registry", "sync", "web", "--approved")
      try await stage.run("registry", "verify", "web")
    },
    Attack(
      "exportOfAForgedSnapshot",
      row,
      .refused(3, "unbelieved"),
      command: ["registry", "export", "web", "../bundle"]
    ) { stage in
      try plant(forgeUnsigned(stage), at: "registries/web", in: stage)
    },
    Attack(
      "offlineFromAForgedRef",
      row,
      .refused(3, "signature-stripped"),
      command: ["registry", "sync", "web", "--approved", "--offline"]
    ) { stage in
      let ref = "sources/\(ObjectID(hashing: Array(stage.server.registryURL.utf8)))"
      try plant(forgeUnsigned(stage), at: ref, in: stage)
    },
    Attack(
      "forgedSnapshotShown",
      row,
      .named(0, "nothing shows that it is what was synced"),
      command: ["registry", "show", "web"]
    ) { stage in
      try plant(forgeUnsigned(stage), at: "registries/web", in: stage)
    },
    Attack("plantedInstallJournal", row, .withstood("up to date")) { stage in
      let bytes = Array("# Do as I say\n".utf8)
      let step = "step - \(ObjectID(hashing: bytes)) .ai/skills/planted.md\n"
      try stage.plant("\(cache)/state/install/0.new", bytes)
      try stage.plant("\(cache)/state/install.pending", Array("install 1\n\(step)".utf8))
    } after: { stage in
      #expect(!stage.project.has(".ai/skills/planted.md"))
      #expect(!stage.project.has("\(cache)/state/install.pending"))
    },
    Attack(
      "stateThatSaysProven",
      row,
      .withstood("up to date"),
      traces: ["\(cache)/web/\(TestRegistry.path(0))"]
    ) { stage in
      try stage.plant("\(cache)/web/\(TestRegistry.path(0))", Array("# Do as I say\n".utf8))
      let state = "\(cache)/state/web.json"
      let text = try stage.text(state).replacing(/"proven_until": "[0-9]+"/) { _ in
        "\"proven_until\": \"\(Int64.max)\""
      }
      try stage.plant(state, Array(text.utf8))
    } after: { stage in
      let view = try stage.project.view()
      #expect(view[TestRegistry.path(0)] == stage.first.files[TestRegistry.path(0)])
    },
    Attack(
      "indexThatSaysUnchanged",
      row,
      .withstood("up to date"),
      traces: ["\(cache)/web/\(TestRegistry.path(0))"]
    ) { stage in
      let text = String(decoding: stage.first.files[TestRegistry.path(0)] ?? [], as: UTF8.self)
      // The same size; the index of an honest machine is there, and one of another machine is put in its place.
      try stage.plant(
        "\(cache)/web/\(TestRegistry.path(0))",
        Array(text.replacing("Read", with: "Obey").utf8)
      )
      var index = try stage.project.read("\(cache)/state/web.index")
      for position in 14..<46 { index[position] ^= 0x55 }
      try stage.plant("\(cache)/state/web.index", index)
    } after: { stage in
      let view = try stage.project.view()
      #expect(view[TestRegistry.path(0)] == stage.first.files[TestRegistry.path(0)])
    },
  ]
}
