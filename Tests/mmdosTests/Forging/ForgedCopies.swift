import Formats
import Foundation
import Refs
import RegistryModel
import TestScenes

@testable import ObjectStore

extension Forgery {
  /// Caches of another place: everything is true, but nothing was written here.
  static let copies: [Forgery] = [
    Forgery("cache of another project", .copied) { try revouch($0, as: .otherProject) },
    Forgery("cache of another machine", .copied) { try revouch($0, as: .otherMachine) },
    Forgery("cache of a version without vouchers", .copied) { try revouch($0, as: nil) },
    Forgery("cache without its records", .copied) { forger in
      forger.remove("state")
      forger.remove("logs")
    },
  ]

  private static func revouch(_ forger: Forger, as source: Forger.Source?) throws {
    let text = String(
      decoding: forger.lane.honest.bytes("\(ForgingLane.cache)/logs/registries/web") ?? [],
      as: UTF8.self
    )
    let lines = text.split(separator: "\n").map { line in
      let statement = line.firstRange(of: "\tvoucher=").map { line[..<$0.lowerBound] } ?? line
      guard let source else { return "\(statement)\n" }
      return "\(statement)\tvoucher=\(forger.voucher(Array(statement.utf8), "reflog", source))\n"
    }
    try forger.write("logs/registries/web", lines.joined())
    try forger.state([:], voucher: source ?? .madeUp)
  }

  /// Every file that is there, in turn, with content that no writer gives it.
  static let places: [Forgery] = [
    "format", "lock", ".gitignore", "README.md", "state/web.json", "state/web.index", "state/web.lock",
    "state/project.lock",
    "state/web.pending", "state/install.pending", "state/install/0.new", "objects/info/alternates",
    "objects/info/shallow", "refs/registries/web", "refs/synced/web", "refs/sources/URL",
    "logs/registries/web", "logs/evidence/web", "web/catalog.yaml", "web/manifest.json",
    "web/checksums.json", "objects/OLD", "objects/NEW", "objects/MANIFEST", "objects/CATALOG",
  ].flatMap { path in
    ForgedContent.allCases.map { content in
      Forgery("\(path) \(content.rawValue)", .malformed) { try content.write(place(path, $0), $0) }
    }
  }

  /// The path in the cache that a name of `places` stands for.
  private static func place(_ path: String, _ forger: Forger) throws -> String {
    let id: ObjectID
    switch path {
    case "refs/sources/URL": return "refs/sources/\(ObjectID(hashing: Array(forger.lane.url.utf8)))"
    case "objects/OLD": id = forger.lane.old
    case "objects/NEW": id = forger.lane.new
    case "objects/MANIFEST": id = ObjectID(hashing: try forger.stage.manifest(forger.stage.second))
    case "objects/CATALOG": id = ObjectID(hashing: forger.stage.second.files["catalog.yaml"] ?? [])
    default: return path
    }
    return "objects/\(id.description.prefix(2))/\(id.description.dropFirst(2))"
  }

  /// Whole folders that are something else.
  static let malformed: [Forgery] = [
    "objects", "refs", "refs/registries", "logs", "logs/registries", "state", "state/install", "web",
    "objects/info",
  ].flatMap { path in
    [ForgedContent.missing, .link, .fifo, .text].map { content in
      Forgery("folder \(path) \(content.rawValue)", .malformed) { try content.write(path, $0) }
    }
  }
}

/// What no writer writes.
enum ForgedContent: String, CaseIterable, Sendable {
  case missing, empty, text, bytes, long, huge, folder, link, fifo, crlf

  func write(_ path: String, _ forger: Forger) throws {
    let before = forger.lane.honest.bytes("\(ForgingLane.cache)/\(path)") ?? []
    forger.remove(path)
    let place = forger.place(path)
    if self != .missing { try forger.write("\(path).tmp_x", []); forger.remove("\(path).tmp_x") }
    switch self {
    case .missing: break
    case .empty: try forger.write(path, [])
    case .text: try forger.write(path, "FORGED\n")
    case .bytes: try forger.write(path, (0..<300).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ 128) })
    case .long: try forger.write(path, before + Array(String(repeating: "FORGED line\n", count: 3000).utf8))
    case .huge:
      try forger.write(path, [])
      truncate(place, 1 << 33)
    case .folder: try forger.write("\(path)/FORGED", "FORGED\n")
    case .link: try FileManager.default.createSymbolicLink(atPath: place, withDestinationPath: "/etc/passwd")
    case .fifo: mkfifo(place, 0o644)
    case .crlf:
      let text = String(decoding: before.isEmpty ? Array("pending 1\nx\n".utf8) : before, as: UTF8.self)
      try forger.write(path, text.replacing("\n", with: "\r\n"))
    }
  }
}
