import Disk
import Foundation
import ObjectStore
import Refs
import RegistryModel
import SystemPackage
import TestScenes
import TestServers
import TestSupport
import Testing

extension SignedStage {
  /// What a forged snapshot says of itself.
  struct Claim: Sendable {
    var trust = Snapshot.Trust.verified
    var version = "1.0.0"
    var signerKey: Ed25519PrivateKey?
  }

  /// Puts a snapshot into the store as a sync would, but of anything: whoever can write there can do so.
  func forge(_ registry: TestRegistry, manifest: [UInt8], _ claim: Claim = Claim()) throws -> ObjectID {
    let folder = try Folder.open(project.root.appending("\(Self.cache)/objects"))
    let batch = try ObjectBatch(store: ObjectStore(folder: folder, disk: PosixDisk()))
    let contents = registry.files.merging(["manifest.json": manifest]) { $1 }
    let files = try contents.map { path, bytes in
      let id = ObjectID(hashing: bytes)
      try batch.add(bytes, expecting: id)
      return TreeFile(path: try TreePath(path), id: id, size: Int64(bytes.count))
    }
    let tree = try TreeBuilder.build(files) { _, payload throws(ObjectStoreError) in
      try batch.addIfNeeded(payload)
    }
    let signer = Signer(
      algorithm: "ed25519",
      keyID: Self.keyID,
      fingerprint: (claim.signerKey ?? key).publicKey.fingerprint.description
    )
    let snapshot = Snapshot(
      tree: tree,
      parent: ObjectID(hex: try text("\(Self.cache)/refs/registries/web").prefix(64)),
      source: server.registryURL,
      manifest: ObjectID(hashing: manifest),
      version: claim.version,
      generatedAt: "2026-01-02T03:04:05Z",
      syncedAt: "2026-01-02T03:04:05Z",
      publisher: "Test Publisher",
      trust: claim.trust,
      signers: claim.trust == .verified ? [signer] : [],
      agent: "mmdos/1.0.0"
    )
    let id = try batch.add(try snapshot.encoded())
    try batch.commit()
    return id
  }

  /// Puts a snapshot in use, as if a sync had been interrupted behind its commit point.
  func plantInterruption(_ id: ObjectID, asNewest: Bool = true) throws {
    let ref = "\(Self.cache)/refs/registries/web"
    let old = ObjectID(hex: try text(ref).prefix(64))
    try plant(ref, Array("\(id)\n".utf8))
    if asNewest { try plant("\(Self.cache)/refs/synced/web", Array("\(id)\n".utf8)) }
    try plant("\(Self.cache)/state/web.pending", PendingRecord(old: old, new: id).encode())
  }
}

/// An old release, which this machine did sync once, under a record that it did not write.
@Suite(.timeLimit(.minutes(10))) struct ForgedRecordTests {
  @Test func oldReleaseUnderAForgedRecordIsNotRead() async throws {
    let stage = try await SignedStage()
    // The server ends with its last reference.
    defer { withExtendedLifetime(stage) {} }
    let ref = "\(SignedStage.cache)/refs/registries/web"
    let old = try #require(ObjectID(hex: stage.text(ref).prefix(64)))
    try stage.offer(stage.next)
    try await stage.run("registry", "sync", "web", "--approved")
    let new = try stage.text(ref)
    try stage.plantInterruption(old, asNewest: false)
    // Readers go on with what the lockfile names.
    try await stage.run("catalog", "list", "--source", "remote:web")
    try await stage.run("registry", "verify", "web", exit: 3)
    // The next writer puts it back instead of finishing what nobody began.
    try await stage.run("registry", "pin", "web", "--approved")
    #expect(try stage.text(ref) == new)
    try await stage.run("registry", "verify", "web")
    #expect(try stage.project.view()[TestRegistry.path(0)] == stage.next.files[TestRegistry.path(0)])
  }
}

extension Attack {
  private static let catalog = ["catalog", "list", "--source", "remote:web"]
  private static let json = catalog + ["--json"]
  private static let row = "A forged snapshot, or a forged record of an interrupted write"

  /// What changes where the next writer puts back what was in use.
  private static let undone = ["refs", "logs"].map { "\(SignedStage.cache)/\($0)/registries/web" }

  /// The first version with another file in it than its manifest names.
  private static func changed(_ stage: SignedStage) -> TestRegistry {
    stage.first.with(TestRegistry.path(0), "# Do as I say\n".utf8)
  }

  /// A snapshot of the real manifest and another tree, put in use.
  private static let plantTree: Step = { stage in
    try stage.plantInterruption(stage.forge(changed(stage), manifest: stage.signed(stage.first)))
  }

  /// With objects, refs and records that no sync wrote.
  static let onSnapshots: [Attack] = [
    Attack("forgedTree", row, .refused(3, "provenance"), command: catalog) { stage in
      let id = try stage.forge(changed(stage), manifest: stage.signed(stage.first))
      try stage.plant("\(SignedStage.cache)/refs/registries/web", Array("\(id)\n".utf8))
    } after: { stage in
      // Forensics stay possible, with a word of warning.
      let read = try await stage.run("registry", "cat", "web", TestRegistry.path(0))
      #expect(read.error.contains("would be refused"))
      try await stage.run("registry", "verify", "web", exit: 3)
    },
    Attack("forgedTreeAndRecord", row, .withstood("\"plugins\""), command: json, prepare: plantTree),
    Attack(
      "forgedTreeAndRecordVerified",
      row,
      .named(3, "was not made of its manifest"),
      command: ["registry", "verify", "web"],
      prepare: plantTree
    ),
    Attack("unsignedSnapshotAndRecord", row, .withstood("\"plugins\""), command: json) { stage in
      try stage.addPolicy("allow_unsigned_remote: true\n")
      let unsigned = changed(stage)
      let claim = SignedStage.Claim(trust: .unsigned)
      try stage.plantInterruption(stage.forge(unsigned, manifest: unsigned.manifest, claim))
    },
    Attack("snapshotOfAnotherKeyAndRecord", row, .withstood("\"plugins\""), command: json) { stage in
      try await stage.trust("acme-2027", stage.other)
      let other = changed(stage)
      let manifest = try stage.signed(other, "acme-2027", stage.other)
      try stage.plantInterruption(stage.forge(other, manifest: manifest))
    },
    // What a record asks to be finished is not taken into the lockfile unseen.
    Attack("lockEntryFromAForgedTree", row, .refused(5, "network"), traces: undone) { stage in
      try await plantTree(stage)
      try stage.addPolicy("max_attempts: 1\n")
      stage.server.behave(at: SignedStage.manifestPath, .status(503))
    } after: { stage in
      stage.server.behave(at: SignedStage.manifestPath)
      try await stage.run("registry", "sync", "web", "--approved")
      try await stage.run("registry", "verify", "web")
      #expect(try stage.project.view()[TestRegistry.path(0)] == stage.first.files[TestRegistry.path(0)])
    },
    Attack("lockEntryFromForgedClaims", row, .refused(5, "network"), traces: undone) { stage in
      // The files are right; whose signature counted, and for which version, is not.
      let claim = SignedStage.Claim(version: "0.0.1", signerKey: stage.other)
      let id = try stage.forge(stage.first, manifest: stage.signed(stage.first), claim)
      try stage.plantInterruption(id)
      try stage.addPolicy("max_attempts: 1\n")
      stage.server.behave(at: SignedStage.manifestPath, .status(503))
    },
    Attack("anotherSnapshotUnderAPin", row, .refused(3, "provenance")) { stage in
      let old = try stage.text("\(SignedStage.cache)/refs/registries/web")
      try stage.offer(stage.next)
      try await stage.run("registry", "sync", "web", "--approved")
      try stage.edit(
        SignedStage.lockfile,
        replacing: "\"entry_hmac\"",
        with: "\"pinned\": true,\n      \"entry_hmac\""
      )
      // What the user pinned is 1.1.0.
      try stage.plant("\(SignedStage.cache)/refs/registries/web", Array(old.utf8))
    } after: { stage in
      try await stage.run("registry", "sync", "web", "--approved", "--locked")
      try await stage.run("registry", "verify", "web")
    },
  ]
}
