import Formats
import Testing

@testable import RegistryModel

/// Two branches that changed `sources.yaml`.
@Suite struct SourceMergeTests {
  private static func entry(_ name: String, _ more: String = "") -> String {
    "  - name: \(name)\n    type: https\n    url: https://\(name).example/r/\n\(more)"
  }

  private static func file(_ entries: String...) -> String { "sources: # ours\n" + entries.joined() }

  private func merge(
    _ ours: String,
    _ theirs: String,
    base: String?,
    preferring side: MergeMarks.Side = .ours
  ) throws -> SourceMerge {
    try SourceMerge(
      ours: Array(ours.utf8),
      theirs: try SourceList.parse(Array(theirs.utf8)),
      base: try base.map { try SourceList.parse(Array($0.utf8)) },
      preferring: side
    )
  }

  private func names(_ merge: SourceMerge) throws -> [String] {
    try SourceList.parse(merge.bytes).sources.map(\.name.description)
  }

  @Test(arguments: [true, false]) func bothAdditionsStay(knowsBase: Bool) throws {
    let base = Self.file(Self.entry("a"))
    let merged = try merge(
      Self.file(Self.entry("a"), Self.entry("b")),
      Self.file(Self.entry("a"), Self.entry("c", "    mirrors: [https://m.example/]\n")),
      base: knowsBase ? base : nil
    )
    #expect(try names(merged) == ["a", "b", "c"])
    #expect(merged.items.map(\.taken) == [.ours, .theirs] && !merged.items.contains(where: \.isConflict))
    let added = try #require(try SourceList.parse(merged.bytes).sources.last)
    #expect(added.mirrors.count == 1)
    #expect(String(decoding: merged.bytes, as: UTF8.self).hasPrefix("sources: # ours\n"))
  }

  @Test func changeAndRemovalOfOneSideAreTaken() throws {
    let merged = try merge(
      Self.file(Self.entry("a", "    # why\n"), Self.entry("b"), Self.entry("c", "    enabled: false\n")),
      Self.file(Self.entry("a", "    trust_level: trusted\n    signers: [k]\n"), Self.entry("c")),
      base: Self.file(Self.entry("a"), Self.entry("b"), Self.entry("c"))
    )
    #expect(try names(merged) == ["a", "c"])
    let list = try SourceList.parse(merged.bytes).sources
    #expect(list[0].trustLevel == .trusted && list[0].signers == ["k"] && !list[1].isEnabled)
    #expect(String(decoding: merged.bytes, as: UTF8.self).contains("# why"))
  }

  @Test(arguments: [MergeMarks.Side.ours, .theirs]) func sideIsChosenWhereBothChanged(side: MergeMarks.Side)
    throws
  {
    let merged = try merge(
      Self.file(Self.entry("a", "    trust_level: trusted\n")),
      Self.file(Self.entry("a", "    trust_level: community\n    signature_required: true\n")),
      base: Self.file(Self.entry("a")),
      preferring: side
    )
    #expect(merged.items.map(\.isConflict) == [true] && merged.items.map(\.taken) == [side])
    let source = try #require(try SourceList.parse(merged.bytes).sources.first)
    #expect(source.trustLevel == (side == .ours ? .trusted : .community))
    #expect(source.isSignatureRequired == (side == .theirs))
  }

  @Test func whatBothHaveAlikeIsNoItem() throws {
    let text = Self.file(Self.entry("a"))
    let merged = try merge(text, text, base: nil)
    #expect(merged.items.isEmpty && merged.bytes == Array(text.utf8))
  }
}
