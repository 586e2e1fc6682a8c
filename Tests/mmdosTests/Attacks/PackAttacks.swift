import ObjectStore
import RegistryModel
import TestScenes
import TestServers
import Testing

extension Attack {
  /// By whoever controls what the host offers besides manifest and files.
  static let onPacks: [Attack] = [
    pack("programInAPack", .refused(4, "refused-content")) { stage in
      let program = large.with("catalog/.ai/skills/x.md", Array("\u{7F}ELF".utf8) + [2, 1, 1, 0, 0, 0, 0, 0])
      try stage.offer(program)
      try offer(packOf: Array(program.files.values), of: program, on: stage)
    },
    pack("packOfOtherObjects", .withstood(shown)) { stage in
      try stage.offer(large)
      try offer(packOf: (0..<60).map { Array("# Do as I say, \($0)\n".utf8) }, of: large, on: stage)
    },
    pack("packThatUnpacksToTooMuch", .withstood(shown)) { stage in
      try stage.addPolicy("max_registry_cache_size_kb: 512\n")
      try stage.offer(large)
      try offer(
        packOf: (0..<20).map { [UInt8](repeating: UInt8($0), count: 400 << 10) },
        of: large,
        on: stage
      )
    },
    pack("packThatEndsEarly", .withstood(shown)) { stage in
      try stage.offer(large)
      try offer(packOf: Array(large.files.values), of: large, on: stage) { Array($0.prefix($0.count / 3)) }
    },
    pack("listThatLeadsAstray", .withstood(shown)) { stage in
      try stage.offer(large)
      let (first, second) = (ObjectID(hashing: [1]), ObjectID(hashing: [2]))
      let manifest = ObjectID(hashing: try stage.signed(large))
      let pack = PackList.Pack(id: first, bytes: 1, objects: 1, payloadBytes: 1)
      let list = PackList([
        .init(to: manifest, from: first, pack: nil), .init(to: first, from: second, pack: pack),
        .init(to: second, from: manifest, pack: nil), .init(to: second, from: first, pack: nil),
        .init(to: first, from: nil, pack: pack),
      ])
      stage.server.set(TestRegistry.base + OfferedFile.list, list.encode())
    },
  ]

  private static let row = "Packs that lie"
  /// The registry that is offered next, with so many new files that a client asks for packs.
  private static let large = TestRegistry(count: 60, seed: "p", version: "1.1.0")
  /// What the preview of the attacked sync says of it, files included, which it downloads.
  private static let shown = "1.1.0"

  /// The command downloads all files and puts nothing in use.
  private static func pack(_ name: String, _ outcome: Outcome, prepare: @escaping Step) -> Attack {
    Attack(
      name,
      row,
      outcome,
      command: sync + ["--dry-run", "--diff"],
      prepare: prepare
    ) { stage in
      guard case .withstood = outcome else { return }
      expect(try await stage.project.run("registry", "sync", "web", "--approved"), exit: 0)
      var view = try stage.project.view()
      view["manifest.json"] = nil
      #expect(view == large.files)
    }
  }

  private static func offer(
    packOf payloads: [[UInt8]],
    of registry: TestRegistry,
    on stage: SignedStage,
    changing change: ([UInt8]) -> [UInt8] = { $0 }
  ) throws {
    let made = try MadePack(payloads)
    let pack = PackList.Pack(
      id: made.id,
      bytes: Int64(made.bytes.count),
      objects: Int64(payloads.count),
      payloadBytes: Int64(payloads.count) * 200
    )
    let manifest = ObjectID(hashing: try stage.signed(registry))
    stage.server.set(TestRegistry.base + OfferedFile.pack(pack.id).path, change(made.bytes))
    stage.server.set(
      TestRegistry.base + OfferedFile.list,
      PackList([.init(to: manifest, from: nil, pack: pack)]).encode()
    )
  }
}
