import Foundation
import Formats
import RegistryModel
import Refs
import TestScenes
import TestSupport

@testable import ObjectStore

/// Writes into a cache what whoever may write there can write.
struct Forger {
  let lane: ForgingLane

  var stage: ForgedRegistry { lane.stage }
  private var folder: String { "\(lane.root)/\(ForgingLane.cache)" }

  // MARK: Files

  /// Puts a file into the cache in place of what is there.
  func write(_ path: String, _ bytes: [UInt8], mode: UInt16 = 0o644) throws {
    remove(path)
    try lane.project.scratch.write("\(ForgingLane.cache)/\(path)", bytes)
    chmod("\(folder)/\(path)", mode_t(mode))
  }

  func write(_ path: String, _ text: String) throws { try write(path, Array(text.utf8)) }

  func append(_ path: String, _ text: String) throws {
    try write(path, (lane.honest.bytes("\(ForgingLane.cache)/\(path)") ?? []) + Array(text.utf8))
  }

  func remove(_ path: String) {
    // Often there is nothing yet.
    try? FileManager.default.removeItem(atPath: "\(folder)/\(path)")
  }

  /// The path of a place in the cache.
  func place(_ path: String) -> String { "\(folder)/\(path)" }

  func ref(_ name: String, _ id: ObjectID) throws { try write("refs/\(name)", "\(id)\n") }

  // MARK: Objects

  /// Stores an object of any content; gives its id.
  @discardableResult
  func object(_ payload: [UInt8]) throws -> ObjectID {
    let id = ObjectID(hashing: payload)
    let text = id.description
    try write("objects/\(text.prefix(2))/\(text.dropFirst(2))", ObjectEncoder.encode(payload), mode: 0o444)
    return id
  }

  /// Stores a tree of files.
  func tree(_ files: [String: [UInt8]]) throws -> ObjectID {
    let entries = try files.map { path, bytes in
      TreeFile(path: try TreePath(path), id: try object(bytes), size: Int64(bytes.count))
    }
    var payloads: [[UInt8]] = []
    let root = try TreeBuilder.build(entries) { _, payload throws(ObjectStoreError) in
      payloads.append(payload)
      return ObjectID(hashing: payload)
    }
    for payload in payloads { try object(payload) }
    return root
  }

  /// Stores the snapshot of a registry with any manifest and any words.
  func snapshot(
    _ registry: TestRegistry,
    manifest: [UInt8],
    parent: ObjectID?,
    words: Words = Words()
  ) throws -> ObjectID {
    let snapshot = Snapshot(
      tree: try tree(registry.files.merging(["manifest.json": manifest]) { $1 }),
      parent: parent,
      source: lane.url,
      manifest: ObjectID(hashing: manifest),
      version: words.version ?? registry.version,
      generatedAt: words.generatedAt,
      syncedAt: words.syncedAt,
      publisher: words.publisher,
      trust: words.signers.isEmpty ? .unsigned : .verified,
      signers: words.signers,
      agent: "mmdos/0.1.0"
    )
    return try object(try snapshot.encoded())
  }

  /// What a snapshot says beside manifest and tree.
  struct Words {
    var version: String?
    var generatedAt = "2026-01-11T06:06:06Z"
    var syncedAt = "2033-03-03T03:03:03Z"
    var publisher = "FORGED Publisher"
    var signers: [Signer] = []
  }

  /// The signer of a key, as a snapshot names it.
  func signer(_ keyID: String, _ key: Ed25519PrivateKey) -> Signer {
    Signer(algorithm: "ed25519", keyID: keyID, fingerprint: key.publicKey.fingerprint.description)
  }

  // MARK: Vouchers

  /// A code for a hint: made up, or right for another registry, another project, or another kind.
  enum Source: String, CaseIterable, Sendable {
    case madeUp, otherRegistry, otherProject, otherKind, otherMachine
    /// What only this machine can make: for the counter-test.
    case right
  }

  func voucher(_ bytes: [UInt8], _ kind: String, _ source: Source) -> String {
    let path = "\(lane.root)/project"
    let key: MachineKey? = source == .otherMachine ? .generate() : lane.runnerKey
    let scope = MachineKey.Scope(
      project: source == .otherProject ? "\(lane.root)/lender" : path,
      registry: source == .otherRegistry ? "side" : "web"
    )
    let other = kind == "reflog" ? "pending" : "reflog"
    guard source != .madeUp, let key else { return String(repeating: "5", count: 64) }
    let code = key.voucher(for: bytes, as: source == .otherKind ? other : kind, in: scope)
    return Voucher(bytes: code)?.description ?? "-"
  }

  /// Adds a line to the reflog.
  func log(_ old: ObjectID, _ new: ObjectID, facts: String = "", voucher source: Source? = nil) throws {
    var line = "\(old) \(new) mmdos/0.1.0 <mmdos> 1768548600 +0000\tsync: version 6.6.6\(facts)"
    if let source { line += "\tvoucher=\(voucher(Array(line.utf8), "reflog", source))" }
    try append("logs/registries/web", line + "\n")
  }

  /// Writes a record of an unfinished write.
  func pending(_ old: ObjectID, _ new: ObjectID, voucher source: Source?) throws {
    let first = "pending 1\n\(old)\n\(new)\n"
    guard let source else { return try write("state/web.pending", first) }
    let second = "pending 2\n\(old)\n\(new)\n"
    let code = voucher(Array(second.utf8), "pending", source)
    try write("state/web.pending", second + "voucher \(code)\n")
  }

  /// Writes what is remembered of the last check, with these members in place of what is there.
  func state(_ changes: [String: String], voucher source: Source) throws {
    let path = "\(ForgingLane.cache)/state/web.json"
    var members: [JSONMember] = []
    if let bytes = lane.honest.bytes(path), case .object(let now) = try StrictJSON.parse(bytes).content {
      members = now.filter { $0.name != "voucher" && changes[$0.name] == nil }
    }
    members += changes.sorted { $0.key < $1.key }.map { JSONMember($0.key, .string($0.value)) }
    let code = voucher(CanonicalJSON.encode(.object(members: members)), "state", source)
    let all = members + [JSONMember("voucher", .string(code))]
    try write("state/web.json", JSONWriter.pretty(.object(members: all)))
  }

  /// Writes the index as if the view had been proven with what a file of it is now.
  func index(of path: String, voucher source: Source) throws {
    let file = try ScratchFile("\(folder)/web/\(path)")
    let bytes = lane.honest.bytes("\(ForgingLane.cache)/state/web.index") ?? []
    var body = Array(bytes.dropFirst(46))
    // A mark stands behind the id of the file's bytes.
    let name = Array((path.split(separator: "/").last ?? "").utf8)
    if let start = body.firstRange(of: name)?.upperBound, body.count >= start + 66 {
      body.replaceSubrange((start + 32)..<(start + 66), with: file.mark)
    }
    let code = voucher(body, "view-index", source)
    let voucher = stride(from: 0, to: 64, by: 2).compactMap { offset in
      UInt8(code.dropFirst(offset).prefix(2), radix: 16)
    }
    try write("state/web.index", Array("mmdos-index 2\n".utf8) + voucher + body)
  }
}

/// What `lstat` says of a file, as an index has it.
private struct ScratchFile {
  let mark: [UInt8]

  init(_ path: String) throws {
    var found = stat()
    guard lstat(path, &found) == 0 else { throw CocoaError(.fileNoSuchFile) }
    func bytes(_ number: UInt64, _ count: Int) -> [UInt8] {
      (0..<count).reversed().map { UInt8(truncatingIfNeeded: number >> UInt64(8 * $0)) }
    }
    let time = UInt64(found.st_ctim.tv_sec) * 1_000_000_000 + UInt64(found.st_ctim.tv_nsec)
    mark =
      bytes(UInt64(found.st_dev), 8) + bytes(UInt64(found.st_ino), 8) + bytes(UInt64(found.st_size), 8)
      + bytes(UInt64(found.st_mode & 0o7777), 2) + bytes(time, 8)
  }
}
