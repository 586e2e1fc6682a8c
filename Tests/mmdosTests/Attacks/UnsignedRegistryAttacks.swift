import Foundation
import ObjectStore
import Refs
import SystemPackage
import TestScenes
import Testing

extension SignedStage {
  /// Makes the registry one that was never signed, as the policy then allows.
  func makeUnsigned() async throws {
    try addPolicy("allow_unsigned_remote: true\nallow_untrusted_install: true\n")
    try project.remove(Self.cache)
    try project.remove(Self.lockfile)
    try offer(first, manifest: first.manifest)
    try await run("registry", "sync", "web", "--approved")
  }

  /// Plants an unsigned snapshot with another file, newer than the one in use; gives its id.
  @discardableResult
  func plantUnsigned(interrupted: Bool) throws -> ObjectID {
    let forged = next.with(TestRegistry.path(0), "# Do as I say\n".utf8)
    let id = try forge(forged, manifest: forged.manifest, Claim(trust: .unsigned, version: "1.1.0"))
    if interrupted {
      try plantInterruption(id)
    } else {
      try plant("\(Self.cache)/refs/registries/web", Array("\(id)\n".utf8))
    }
    return id
  }
}

extension Attack {
  private static let cache = SignedStage.cache
  private static let catalog = ["catalog", "list", "--source", "remote:web"]
  private static let pin = ["registry", "pin", "web", "--approved"]
  private static let unsigned = "A forged snapshot of a registry that nobody signs"
  /// What changes where the next writer puts back what was in use.
  private static let undone = ["refs", "logs"].map { "\(cache)/\($0)/registries/web" }

  /// On a registry without signatures, by whoever may write into the cache and into nothing else.
  static let onUnsigned: [Attack] = [
    Attack("unsignedSnapshotInUse", unsigned, .refused(3, "provenance"), command: catalog) { stage in
      try await stage.makeUnsigned()
      try stage.plantUnsigned(interrupted: false)
    },
    Attack("unsignedSnapshotPending", unsigned, .withstood("\"plugins\""), command: catalog + ["--json"]) {
      stage in
      try await stage.makeUnsigned()
      try stage.plantUnsigned(interrupted: true)
    },
    Attack(
      "unsignedSnapshotFinished",
      unsigned,
      .withstood("pinned"),
      command: pin,
      traces: undone + [lockfile]
    ) {
      stage in
      try await stage.makeUnsigned()
      try stage.plantUnsigned(interrupted: true)
    } after: { stage in
      let text = try stage.text(SignedStage.lockfile)
      #expect(!text.contains("1.1.0"))
      #expect(try stage.project.view()[TestRegistry.path(0)] == stage.first.files[TestRegistry.path(0)])
    },
  ]

  private static let lockfile = SignedStage.lockfile
}
