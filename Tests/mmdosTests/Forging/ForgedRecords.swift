import Formats
import Foundation
import TestSupport
import TestScenes

@testable import ObjectStore

extension Forgery {
  /// Records of other things than snapshots: installations, checks, other stores, history.
  static let records: [Forgery] = journals + states + replays + stores + views

  /// An installation that was interrupted: it asks for files in the project, one of them a program.
  private static let journals: [Forgery] = ["1", "2"].flatMap { version in
    Forger.Source.allCases.filter { $0 != .right }.map { source in
      Forgery("install journal \(version), \(source.rawValue)", .consistent) { forger in
        try journal(forger, version: version, source)
      }
    }
  }

  private static func journal(_ forger: Forger, version: String, _ source: Forger.Source) throws {
    let (skill, program) = (Array("# FORGED skill\n".utf8), Array("#!/bin/sh\necho FORGED\n".utf8))
    let tool = forger.lane.honest.bytes("project/.ai/skills/tool.md") ?? []
    let id = { (bytes: [UInt8]) in ObjectID(hashing: bytes).description }
    let text = """
      install \(version)
      folder adapters
      step - \(id(skill)) .ai/skills/forged.md
      step - \(id(program)) adapters/tool.sh
      step \(id(tool)) \(id(skill)) .ai/skills/tool.md

      """
    let code = forger.voucher(Array(text.utf8), "install-journal", source)
    try forger.write("state/install.pending", text + (version == "1" ? "" : "voucher \(code)\n"))
    try forger.write("state/install/0.new", skill)
    try forger.write("state/install/1.new", program, mode: 0o755)
    try forger.write("state/install/2.new", skill)
    // To be undone, it would bring this back.
    try forger.write("state/install/2.old", Array("# FORGED before\n".utf8))
  }

  /// What is said to have been proven, with a view that is not what was.
  private static let states: [Forgery] =
    Forger.Source.allCases.filter { $0 != .right }.flatMap { source in
      [
        Forgery("state with a changed view, \(source.rawValue)", .consistent) { forger in
          let members = ["proven_until": "9223372036854775807", "history": "own"]
          try forger.state(members, voucher: source)
          try forger.write("web/catalog/.ai/skills/hello.md", "# FORGED text\n")
        },
        Forgery("index of a changed view, \(source.rawValue)", .consistent) { forger in
          try forger.write("web/catalog/.ai/skills/hello.md", "# FORGED text\n")
          try forger.index(of: "catalog/.ai/skills/hello.md", voucher: source)
        },
      ]
    } + [
      Forgery("state of another registry", .consistent) { forger in
        let cache = ForgingLane.cache
        try forger.write("state/web.json", forger.lane.honest.bytes("\(cache)/state/side.json") ?? [])
        try forger.write(
          "logs/registries/web",
          forger.lane.honest.bytes("\(cache)/logs/registries/side") ?? []
        )
        for kind in ["registries", "synced"] {
          try forger.write("refs/\(kind)/web", forger.lane.honest.bytes("\(cache)/refs/\(kind)/side") ?? [])
        }
      },
      Forgery("history rewritten", .consistent) { forger in
        let id = try ForgedTarget.unsigned.make(forger)
        let zero = String(repeating: "0", count: 64)
        let head = "mmdos/0.1.0 <mmdos> 1768548600 +0000\tsync: version 6.6.6"
        let now = forger.lane.setting.registry.isPinned ? forger.lane.old : forger.lane.new
        try forger.write("logs/registries/web", "\(zero) \(id) \(head)\n\(id) \(now) \(head)\tpin=set\n")
      },
    ]

  /// What this machine wrote at another time, with its right vouchers, and refs that go with it.
  private static let replays: [Forgery] = [
    Forgery("record of this machine, put back", .consistent) { forger in
      let now = forger.lane.setting.registry.isPinned ? forger.lane.old : forger.lane.new
      let other = now == forger.lane.old ? forger.lane.new : forger.lane.old
      try forger.ref("registries/web", other)
      try forger.pending(now, other, voucher: .right)
    },
    Forgery("state and refs of this machine, put back", .consistent) { forger in
      try forger.ref("registries/web", forger.lane.old)
      try forger.ref("synced/web", forger.lane.old)
      try forger.state(["synced": forger.lane.old.description, "history": "own"], voucher: .right)
    },
  ]

  private static let stores: [Forgery] = [
    Forgery("alternates with forged snapshots", .consistent) { forger in
      let scratch = forger.lane.project.scratch
      let id = try ForgedTarget.unsigned.make(forger)
      let source = ObjectID(hashing: Array(forger.lane.url.utf8))
      let lender = "\(ForgingLane.cache)/planted"
      try FileManager.default.copyItem(
        atPath: forger.place("objects"),
        toPath: forger.place("planted/objects")
      )
      try scratch.write("\(lender)/refs/sources/\(source)", text: "\(id)\n")
      try forger.write("objects/info/alternates", "\(forger.place("planted/objects"))\n")
    },
    Forgery("alternates that lead out", .malformed) { forger in
      let lines = ["/", "/proc/self/root", "/dev", "\(forger.lane.root)/outside", "relative/objects"]
      try forger.write("objects/info/alternates", lines.map { $0 + "\n" }.joined())
    },
    Forgery("thousands of alternates", .malformed) { forger in
      let lines = (0..<5000).map { "\(forger.lane.root)/outside/\($0)\n" }
      try forger.write("objects/info/alternates", lines.joined())
    },
    Forgery("shallow everywhere", .malformed) { forger in
      let ids = [forger.lane.old, forger.lane.new].map { "\($0)\n" }.sorted()
      try forger.write("objects/info/shallow", ids.joined())
    },
    Forgery("evidence", .malformed) { forger in
      let id = try forger.object(forger.stage.forged.manifest)
      try forger.write("logs/evidence/web", "2033-03-03T03:03:03Z 1.1.0 \(id) \(id)\n")
    },
    Forgery("quarantine of forged objects", .malformed) { forger in
      let bytes = Array("# FORGED text\n".utf8)
      let folder = "objects/tmp_incoming-\(String(repeating: "a", count: 32))"
      try forger.write("\(folder)/\(ObjectID(hashing: bytes))", ObjectEncoder.encode(bytes))
      try forger.write("\(folder)/\(ObjectID(hashing: []))", ObjectEncoder.encode(bytes))
      try forger.write("\(folder)/name", bytes)
    },
    Forgery("objects that are not what they are called", .malformed) { forger in
      for bytes in forger.stage.second.files.values {
        let id = ObjectID(hashing: bytes).description
        let forged = ObjectEncoder.encode(Array("# FORGED text\n".utf8))
        try forger.write("objects/\(id.prefix(2))/\(id.dropFirst(2))", forged)
      }
    },
    Forgery("objects that unpack to much", .malformed) { forger in
      let bomb = ObjectEncoder.encode([UInt8](repeating: 0, count: 96 << 20))
      for id in [forger.lane.new, forger.lane.old] {
        let text = id.description
        try forger.write("objects/\(text.prefix(2))/\(text.dropFirst(2))", bomb)
      }
    },
  ]

  private static let views: [Forgery] = [
    Forgery("view of a forged release", .malformed) { forger in
      for (path, bytes) in forger.stage.forged.published { try forger.write("web/\(path)", bytes) }
      try forger.write("web/checksums.json", "{}\n")
    },
    Forgery("temporary folders", .malformed) { forger in
      for name in [
        ".tmp_view_web", ".tmp_old_web", "refs/registries/.tmp_web", "objects/tmp_x", "state/.tmp_x",
      ] {
        try forger.write("\(name)/FORGED.md", "# FORGED text\n")
      }
    },
    Forgery("registries that are not configured", .malformed) { forger in
      let id = try ForgedTarget.unsigned.make(forger)
      try forger.ref("registries/ghost", id)
      try forger.ref("synced/ghost", id)
      try forger.write("ghost/catalog.yaml", "catalog:\n  version: \"FORGED\"\n")
      try forger.write("refs/registries/.hidden", "\(id)\n")
    },
  ]
}
