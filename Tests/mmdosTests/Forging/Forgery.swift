import TestScenes
import TestSupport

@testable import ObjectStore

/// One thing that somebody else wrote into a cache.
struct Forgery: Sendable {
  /// How much of the truth it imitates.
  enum Kind: Sendable {
    /// All that it says fits together, so that only its origin gives it away.
    case consistent
    /// A part of a cache that was copied from elsewhere: commands do what they do without it, only slower.
    case copied
    /// No file that mmdos writes.
    case malformed
  }

  let name: String
  let kind: Kind
  let apply: @Sendable (Forger) throws -> Void

  init(_ name: String, _ kind: Kind, _ apply: @escaping @Sendable (Forger) throws -> Void) {
    (self.name, self.kind, self.apply) = (name, kind, apply)
  }

  /// Whether what a command does is compared with what it does without the forgery.
  func needsExpected(_ command: ForgedCommand) -> Bool { command.kind != .reading || kind == .copied }

  static let all = snapshots + records + copies + places + malformed
}

/// What forged hints lead to.
enum ForgedTarget: String, CaseIterable, Sendable {
  /// Files that nobody signed, under a manifest of their own.
  case unsigned
  /// The same, whose snapshot says that the pinned key signed it.
  case claimedSigned
  /// Files that a stranger signed.
  case strangers
  /// The real manifest with another file in the tree.
  case otherTree
  /// The real manifest and tree; what the snapshot says around them is not true.
  case otherWords
  /// What the publisher released before.
  case oldRelease
  /// Nothing that is here.
  case absent

  /// Stores it.
  func make(_ forger: Forger) throws -> ObjectID {
    let (stage, lane) = (forger.stage, forger.lane)
    let mallory = forger.signer("mallory-2026", stage.stranger)
    switch self {
    case .unsigned:
      return try forger.snapshot(stage.forged, manifest: stage.forged.manifest, parent: lane.new)
    case .claimedSigned:
      let words = Forger.Words(signers: [forger.signer("acme-2026", stage.key)])
      return try forger.snapshot(
        stage.forged,
        manifest: stage.forged.manifest,
        parent: lane.new,
        words: words
      )
    case .strangers:
      return try forger.snapshot(
        stage.forged,
        manifest: stage.strangersManifest(stage.forged),
        parent: lane.new,
        words: Forger.Words(signers: [mallory])
      )
    case .otherTree:
      let path = "catalog/.ai/skills/hello.md"
      let changed = stage.second.with(path, "# FORGED text\n".utf8)
      return try forger.snapshot(changed, manifest: stage.manifest(stage.second), parent: lane.new)
    case .otherWords:
      let before = try ForgedTarget.unsigned.make(forger)
      let words = Forger.Words(version: "6.6.6", signers: [mallory])
      let manifest = try stage.manifest(stage.second)
      return try forger.snapshot(stage.second, manifest: manifest, parent: before, words: words)
    case .oldRelease: return lane.old
    case .absent: return ObjectID(hashing: Array("FORGED".utf8))
    }
  }
}

/// The hints that lead to a target, as far as they go together.
enum ForgedHints: String, CaseIterable, Sendable {
  case inUse, synced, bothRefs, source, log, logMadeUp, logOfOtherRegistry, pendingFirst, pendingMadeUp
  case pendingOfOtherRegistry, pendingOfOtherProject, stateMadeUp, stateOfOtherMachine, everything

  func plant(_ id: ObjectID, _ forger: Forger) throws {
    let lane = forger.lane
    let now = lane.setting.registry.isPinned ? lane.old : lane.new
    if self != .synced, self != .source { try forger.ref("registries/web", id) }
    if ![.inUse, .source, .log].contains(self) { try forger.ref("synced/web", id) }
    let url = ObjectID(hashing: Array(lane.url.utf8))
    if self == .source || self == .everything { try forger.ref("sources/\(url)", id) }
    switch self {
    case .inUse, .synced, .bothRefs, .source: break
    case .log: try forger.log(now, id)
    case .logMadeUp: try forger.log(now, id, voucher: .madeUp)
    case .logOfOtherRegistry: try forger.log(now, id, facts: "\thistory=own", voucher: .otherRegistry)
    case .pendingFirst, .pendingMadeUp, .pendingOfOtherRegistry, .pendingOfOtherProject:
      try forger.log(now, id)
      try forger.pending(now, id, voucher: pendingSource)
    case .stateMadeUp: try state(id, forger, .madeUp)
    case .stateOfOtherMachine: try state(id, forger, .otherMachine)
    case .everything:
      try forger.log(now, id, facts: "\tpin=clear\thistory=own", voucher: .otherProject)
      try forger.pending(now, id, voucher: .otherKind)
      try state(id, forger, .otherRegistry)
      for (path, bytes) in forger.stage.forged.published { try forger.write("web/\(path)", bytes) }
    }
  }

  private var pendingSource: Forger.Source? {
    switch self {
    case .pendingMadeUp: .madeUp
    case .pendingOfOtherRegistry: .otherRegistry
    case .pendingOfOtherProject: .otherProject
    default: nil
    }
  }

  /// What the last check is said to have found: with the tag that the server still answers to.
  private func state(_ id: ObjectID, _ forger: Forger, _ source: Forger.Source) throws {
    let manifest = ObjectID(hashing: forger.stage.forged.manifest)
    try forger.state(
      [
        "synced": id.description, "manifest": manifest.description, "url": forger.lane.url,
        "history": "own", "proven_until": "9223372036854775807", "checked_at": "2033-03-03T03:03:03Z",
      ],
      voucher: source
    )
  }
}

extension Forgery {
  /// Every hint to every target.
  static let snapshots: [Forgery] = ForgedHints.allCases.flatMap { hints in
    ForgedTarget.allCases.map { target in
      Forgery("\(hints.rawValue) to \(target.rawValue)", .consistent) { forger in
        try hints.plant(target.make(forger), forger)
      }
    }
  }
}
