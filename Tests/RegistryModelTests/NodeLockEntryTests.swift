import ObjectStore
import TestSupport
import Testing

@testable import Formats
@testable import RegistryModel

private let hexA = String(repeating: "a1", count: 32)
private let hexB = String(repeating: "b2", count: 32)

private func parse(_ text: some StringProtocol) throws(TextProblem) -> Lockfile {
  try Lockfile.parse(Array(text.utf8))
}

private func text(_ lockfile: Lockfile) -> String { String(decoding: lockfile.encode(), as: UTF8.self) }

/// A lockfile with one entry of the Node tool, given as the members that differ from the least one.
private func file(_ change: (inout [String: String]) -> Void) -> String {
  var members = [
    "url": "\"https://example.com/\"", "synced_at": "\"2026-02-01T10:00:00.123Z\"",
    "catalog_sha256": "\"\(hexA)\"", "manifest_sha256": "\"\(hexB)\"",
  ]
  change(&members)
  let entry = members.sorted { $0.key < $1.key }.map { "\"\($0.key)\": \($0.value)" }.joined(separator: ", ")
  return "{\"lockfile_version\": \"1\", \"generated_at\": \"2026-01-01T00:00:00Z\", "
    + "\"entries\": {\"acme\": {\(entry)}}}"
}

/// Entries of the Node tool that mmdos cannot use.
@Suite struct NodeLockEntryTests {
  /// The Node tool records the algorithm and the status that a publisher's block states, whatever they are.
  @Test(
    arguments: [
      ("public_signature_algorithm", "\"gpg\"", "gpg"), ("catalog_sha256", "null", nil), ("url", "null", nil),
      ("public_signature_status", "\"verified\"", "verified"), ("public_signature_key_id", "7", "?"),
      ("synced_at", "\"\"", ""), ("verification_errors", "[{}]", "?"), ("later", "1", nil),
    ] as [(String, String, String?)]
  )
  func anEntryOfTheNodeToolThatCannotBeReadStopsNoOther(_ key: String, _ value: String, _ found: String?)
    throws
  {
    let other =
      #", "other": {"url": "https://example.com/o/", "synced_at": "2026-02-01T10:00:00Z", "#
      + "\"catalog_sha256\": \"\(hexA)\", \"manifest_sha256\": \"\(hexB)\"}}}"
    var lockfile = try parse(file { $0[key] = value }.dropLast(2) + other)
    #expect(lockfile.entries.map(\.name.description) == ["other"])
    let refused = try #require(lockfile.refused.first)
    #expect(refused.field == key && refused.value == found)
    #expect(try parse(text(lockfile)) == lockfile)
    let replacement = LockEntry(
      name: try RegistryName(parsing: "acme"),
      url: "https://example.com/",
      syncedAt: try WrittenTime(parsing: "2026-02-01T10:00:00Z"),
      catalog: try #require(ObjectID(hex: hexA)),
      manifest: try #require(ObjectID(hex: hexB))
    )
    let isChanged = lockfile.set(replacement)
    #expect(isChanged && lockfile.refused.isEmpty && lockfile.entries.count == 2)
  }

  @Test func aNameOfTheNodeToolThatNoRegistryCanHaveIsKept() throws {
    let lockfile = try parse(file { _ in }.replacing("\"acme\"", with: "\"_odd\""))
    #expect(lockfile.entries.isEmpty && lockfile.foreign.map(\.name) == ["_odd"])
    #expect(text(lockfile).contains("\"_odd\": {") && text(lockfile).contains(hexB))
    #expect(try parse(text(lockfile)) == lockfile)
  }
}
