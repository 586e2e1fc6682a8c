import Disk
import Formats
import ObjectStore
import Refs
import RegistryModel
import SystemPackage

/// What is remembered of a registry's last check: a cache, believed only as far as it can be checked.
struct RegistryState: Equatable, Sendable {
  /// The entity tag that came with the manifest below.
  var etag: String?
  /// The manifest the tag belongs to.
  var manifest: ObjectID?
  /// When the publisher was last asked.
  var checkedAt: Timestamp?
  /// Objects and view files of the snapshot in use whose change time is earlier were proven then, in
  /// nanoseconds since 1970.
  var provenUntil: Int64?
  /// The newest version that was offered, taken or not, and when that was first: for `min_release_age`.
  var seen: Seen?
  /// How the files of the manifest above were audited: `AuditStamp`; nil when they were not.
  var audit: ObjectID?

  /// A version and when it was first offered.
  struct Seen: Equatable, Sendable {
    var version: String
    var since: Timestamp
  }

  /// When a version was first offered; nil when it is not the one remembered.
  func firstSeen(_ version: String) -> Timestamp? {
    seen?.version == version ? seen?.since : nil
  }

  /// Reads the state; nil when there is none that can be understood, which only costs time.
  static func find(_ name: RegistryName, in cache: Cache) throws -> RegistryState? {
    let bytes = try cache.folder.findFolder(RefsLayout.state)?.findBytes(
      ProjectLayout.state(name),
      limit: 64 << 10
    )
    // A torn or older file is like none: everything in it can be found out again.
    guard let bytes, let value = try? StrictJSON.parse(bytes) else { return nil }
    return RegistryState(
      etag: value.find("etag")?.text,
      manifest: value.find("manifest")?.text.flatMap { ObjectID(hex: $0) },
      // What is no time is as good as none.
      checkedAt: value.find("checked_at")?.text.flatMap { try? Timestamp(parsing: $0) },
      provenUntil: value.find("proven_until")?.text.flatMap { Int64($0) },
      seen: seen(value),
      audit: value.find("audit")?.text.flatMap { ObjectID(hex: $0) }
    )
  }

  private static func seen(_ value: JSONValue) -> Seen? {
    // What is no time is as good as none.
    guard let version = value.find("seen_version")?.text,
      let since = value.find("seen_since")?.text.flatMap({ try? Timestamp(parsing: $0) })
    else { return nil }
    return Seen(version: version, since: since)
  }

  /// Writes the state.
  func write(_ name: RegistryName, in cache: Cache, disk: any Disk) throws {
    let value = JSONValue.object([
      ("etag", .string(orNull: etag)),
      ("manifest", .string(orNull: manifest?.description)),
      ("checked_at", .string(orNull: checkedAt?.description)),
      // A string: nanoseconds do not fit a double.
      ("proven_until", .string(orNull: provenUntil.map(String.init))),
      ("seen_version", .string(orNull: seen?.version)),
      ("seen_since", .string(orNull: seen?.since.description)),
      ("audit", .string(orNull: audit?.description)),
    ])
    let folder = try disk.ensureFolder(RefsLayout.state, in: cache.folder)
    try AtomicFile(disk: disk).replace(
      ProjectLayout.state(name),
      in: folder,
      with: JSONWriter.pretty(value)
    )
  }
}

extension JSONValue {
  fileprivate var text: String? {
    if case .string(let text) = content { text } else { nil }
  }
}
