import Disk
import RegistryModel
import ObjectStore
import SystemPackage
import TestSupport
import Testing

@testable import Refs
@testable import RegistrySync

/// What this program writes itself and reads again, changed by whoever can write there.
struct OwnFileParserTests {
  private static let id = "a".padding(64)

  /// Line ends, cuts and characters that a parser by characters trips over.
  private static func variants(of text: String) -> [[UInt8]] {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    var texts = [
      "", "\n", "\r\n", "\n\n", text.replacing("\n", with: "\r\n"), text.replacing("\n", with: "\r"),
    ]
    for index in lines.indices {
      var changed = lines
      changed[index] += "\r"
      texts.append(changed.joined(separator: "\n"))
      changed[index] = ""
      texts.append(changed.joined(separator: "\n"))
      changed[index] = " "
      texts.append(changed.joined(separator: "\n"))
      changed.remove(at: index)
      texts.append(changed.joined(separator: "\n"))
      changed.insert("\u{301}", at: index)
      texts.append(changed.joined(separator: "\n"))
    }
    texts += [
      text.replacing(" ", with: ""), text.replacing(" ", with: " \u{301}"), text.replacing(" ", with: "  "),
    ]
    let bytes = Array(text.utf8)
    return texts.map { Array($0.utf8) } + bytes.indices.map { Array(bytes[..<$0]) }
      + bytes.indices.map { Array(bytes[..<$0]) + [0xC3] + bytes[$0...] }
  }

  @Test func bundleHeaderIsReadByBytes() throws {
    let text = "mmdos-bundle 2\nregistry acme\nsource https://example.org/a b\nsnapshot \(Self.id)\n"
    #expect(try BundleHeader.decode(Array(text.utf8)).snapshots.count == 1)
    for bytes in Self.variants(of: text) {
      // Either it is refused, or it is what would be written so.
      if let header = try? BundleHeader.decode(bytes) { #expect(header.encode() == bytes) }
    }
    #expect(throws: BundleFailure.self) { try BundleHeader.decode(Array("mmdos-bundle 2\r\n".utf8)) }
  }

  @Test func bundleWithOtherLineEndsIsAnotherVersion() {
    do {
      _ = try BundleHeader.decode(Array("mmdos-bundle 2\r\n".utf8))
      Issue.record("taken")
    } catch {
      #expect(error.problem == .unknownVersion("2\r"))
    }
  }

  @Test func pendingRecordIsReadByBytes() {
    // Records of the first version are read, and are written anew as the second.
    let old = "pending 1\n\(Self.id)\n\(Self.id)\n"
    #expect(PendingRecord.decode(Array(old.utf8)) != nil)
    let text = "pending 2\n\(Self.id)\n\(Self.id)\nvoucher \(Self.id)\n"
    #expect(PendingRecord.decode(Array(text.utf8)) != nil)
    for bytes in Self.variants(of: text) {
      if let record = PendingRecord.decode(bytes) { #expect(record.encode() == bytes) }
    }
  }

  @Test func reflogLineIsReadByBytes() {
    let text =
      "\(Self.id) \(Self.id) mmdos/0.1.0 <mmdos> 17 +0000\tsync: version 1\tpin=set\tvoucher=\(Self.id)"
    #expect(ReflogEntry.decode(Array(text.utf8)[...]) != nil)
    for bytes in Self.variants(of: text) {
      if let entry = ReflogEntry.decode(bytes[...]) { #expect(entry.encode().dropLast() == bytes[...]) }
    }
  }

  @Test func installJournalIsReadByBytes() throws {
    let text = "install 2\nfolder .ai/skills\nstep - \(Self.id) .ai/skills/a b.md\nvoucher \(Self.id)\n"
    #expect(InstallJournal.decode(Array(text.utf8)) != nil)
    for bytes in Self.variants(of: text) {
      if let journal = InstallJournal.decode(bytes) { #expect(journal.encode() == bytes) }
    }
  }

  @Test func evidenceIsReadByBytes() async throws {
    let scene = try StorageScene()
    try await scene.sync(state: 0)
    let cache = try scene.openCache()
    let name = try RegistryName(parsing: "one")
    let place = "project/.ai/registry-cache/logs/evidence/one"
    let line = "2026-01-02T03:04:05Z 1.0.0 \(Self.id) \(Self.id)\n"
    try scene.scratch.write(place, Array(line.utf8))
    #expect(try EvidenceLog.entries(of: name, in: cache).count == 1)
    for bytes in Self.variants(of: line) {
      try scene.scratch.write(place, bytes)
      // What is no evidence is an error; that nothing traps is what is shown.
      _ = try? EvidenceLog.entries(of: name, in: cache)
    }
  }
}

extension String {
  fileprivate func padding(_ count: Int) -> String { String(repeating: self, count: count) }
}
