import Disk
import Formats
import ObjectStore
import Refs
import RegistryModel
import SystemPackage

/// The cached results of a registry's last check, used only where this machine vouches for them.
struct RegistryState: Equatable, Sendable {
  /// The entity tag of the manifest below.
  var etag: String?
  /// The manifest to which the tag belongs.
  var manifest: ObjectID?
  /// When the source was last asked.
  var checkedAt: Timestamp?
  /// Objects and view files of the snapshot in use that did not change since this time, in nanoseconds since 1970,
  /// were verified then.
  var provenUntil: Int64?
  /// The newest version offered, accepted or not, and when it was first offered: for `min_release_age`.
  var seen: Seen?
  /// The stamp of the audit of the manifest's files (`AuditStamp`); nil when they were not audited.
  var audit: ObjectID?
  /// The newest synced snapshot, for which the voucher speaks.
  var synced: ObjectID?
  /// The address from which it was synced.
  var url: String?
  /// Whether this machine wrote that snapshot and all that it follows.
  var isHistoryOwn = false
  /// The snapshot in use when this was written: it counts only while the reflog says the same.
  var inUse: ObjectID?
  /// Whether the registry was pinned then: for a lock entry that another tool wrote.
  var pin = RecordedPin()
  /// The snapshot that becomes the newest while what is in use stays: written before its ref moves, as no line of the
  /// reflog and no pending record will lead to it.
  var coming: Coming?
  /// What was found out about the files of the snapshot in use; nil where that is not recorded.
  var content: ContentFacts?
  /// What a sync says while everything is as it was then; nil where that has to be found out.
  var answer: UnchangedAnswer?

  /// A snapshot, and whether this machine wrote it and all that it follows.
  struct Coming: Equatable, Sendable {
    var id: ObjectID
    var isHistoryOwn: Bool
  }

  /// A version and the time when it was first offered.
  struct Seen: Equatable, Sendable {
    var version: String
    var since: Timestamp
  }

  /// When a version was first offered; nil when another version is recorded.
  func firstSeen(_ version: String) -> Timestamp? {
    seen?.version == version ? seen?.since : nil
  }

  /// Reads the state; nil when there is none, it cannot be parsed, or this machine did not write it: that only costs time.
  static func find(
    _ name: RegistryName,
    in cache: Folder,
    vouchedBy notary: any Notary
  ) throws -> RegistryState? {
    let bytes = try cache.findFolder(RefsLayout.state)?.findBytes(
      ProjectLayout.state(name),
      limit: Limits.maxRegistryStateBytes
    )
    return bytes.flatMap { parse($0, vouchedBy: notary) }
  }

  /// Parses a state; nil where it is not JSON or has no right voucher, and without each value that is not what it should be.
  static func parse(_ bytes: [UInt8], vouchedBy notary: any Notary) -> RegistryState? {
    // An incomplete or older file is ignored, as everything in it can be determined again.
    guard let value = try? StrictJSON.parse(bytes) else { return nil }
    guard let voucher = value.find("voucher")?.text.flatMap({ Voucher(hex: $0) }),
      notary.isRight(voucher, for: statement(value), as: .state)
    else { return nil }
    return RegistryState(
      etag: value.find("etag")?.text,
      manifest: value.find("manifest")?.text.flatMap { ObjectID(hex: $0) },
      // An invalid time counts as absent.
      checkedAt: value.find("checked_at")?.text.flatMap { try? Timestamp(parsing: $0) },
      provenUntil: value.find("proven_until")?.text.flatMap { Int64($0) },
      seen: seen(value),
      audit: value.find("audit")?.text.flatMap { ObjectID(hex: $0) },
      synced: value.find("synced")?.text.flatMap { ObjectID(hex: $0) },
      url: value.find("url")?.text,
      isHistoryOwn: value.find("history")?.text == "own",
      inUse: value.find("in_use")?.text.flatMap { ObjectID(hex: $0) },
      pin: RecordedPin(
        isSet: value.find("pin")?.text == "set",
        turn: value.find("turn")?.wholeNumber ?? 0
      ),
      coming: value.find("coming").flatMap { coming($0) },
      content: value.find("content").flatMap { ContentFacts(json: $0) },
      answer: value.find("unchanged").flatMap { UnchangedAnswer(json: $0) }
    )
  }

  /// What is vouched for: the canonical JSON of all other members.
  private static func statement(_ value: JSONValue) -> [UInt8] {
    guard case .object(let members) = value.content else { return [] }
    return CanonicalJSON.encode(.object(members: members.filter { $0.name != "voucher" }))
  }

  private static func coming(_ value: JSONValue) -> Coming? {
    guard let id = value.find("id")?.text.flatMap({ ObjectID(hex: $0) }) else { return nil }
    return Coming(id: id, isHistoryOwn: value.find("history")?.text == "own")
  }

  private static func seen(_ value: JSONValue) -> Seen? {
    // An invalid time counts as absent.
    guard let version = value.find("seen_version")?.text,
      let since = value.find("seen_since")?.text.flatMap({ try? Timestamp(parsing: $0) })
    else { return nil }
    return Seen(version: version, since: since)
  }

  /// Writes the state; facts that are too many to be read again are left out.
  ///
  /// `isFlushed`: False where only the time of the check is new: a power cut may then take the whole file.
  func write(
    _ name: RegistryName,
    in cache: Folder,
    vouchedBy notary: any Notary,
    disk: any Disk,
    isFlushed: Bool = true
  ) throws {
    var bytes = encoded(vouchedBy: notary)
    if bytes.count > Limits.maxRegistryStateBytes {
      var short = self
      (short.content, short.answer) = (nil, nil)
      bytes = short.encoded(vouchedBy: notary)
    }
    let folder = try disk.ensureFolder(RefsLayout.state, in: cache)
    let file = AtomicFile(disk: disk)
    if isFlushed {
      try file.replace(ProjectLayout.state(name), in: folder, with: bytes)
    } else {
      try file.replaceUnflushed(ProjectLayout.state(name), in: folder, with: bytes)
    }
  }

  private func encoded(vouchedBy notary: any Notary) -> [UInt8] {
    var members: [(String, JSONValue)] = [
      ("etag", .string(orNull: etag)),
      ("manifest", .string(orNull: manifest?.description)),
      ("checked_at", .string(orNull: checkedAt?.description)),
      // A string, as nanoseconds do not fit into a double.
      ("proven_until", .string(orNull: provenUntil.map(String.init))),
      ("seen_version", .string(orNull: seen?.version)),
      ("seen_since", .string(orNull: seen?.since.description)),
      ("audit", .string(orNull: audit?.description)),
      ("synced", .string(orNull: synced?.description)),
      ("url", .string(orNull: url)),
      ("history", .string(orNull: isHistoryOwn ? "own" : nil)),
      ("in_use", .string(orNull: inUse?.description)),
      ("pin", .string(orNull: pin.isSet ? "set" : nil)), ("turn", .number(pin.turn)),
      ("coming", coming?.json ?? .null),
      ("content", content?.json ?? .null), ("unchanged", answer?.json ?? .null),
    ]
    let voucher = notary.voucher(for: Self.statement(.object(members)), as: .state)
    members.append(("voucher", .string(orNull: voucher?.description)))
    return JSONWriter.pretty(.object(members))
  }
}

extension RegistryState.Coming {
  fileprivate var json: JSONValue {
    .object([
      ("id", .string(id.description)), ("history", .string(orNull: isHistoryOwn ? "own" : nil)),
    ])
  }
}

/// What this machine wrote down about the pin of a registry.
struct RecordedPin: Equatable, Sendable {
  var isSet = false
  /// How often the pin had changed by then, as far as that was counted.
  var turn = 0
}

extension JSONValue {
  /// The text that a string is; nil for anything else.
  var text: String? {
    if case .string(let text) = content { text } else { nil }
  }
}
