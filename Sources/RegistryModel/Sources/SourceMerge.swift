package import Formats

/// One `sources.yaml` of the two sides of a merge, registry by registry.
///
/// The text is that of the branch that is checked out, with comments and order, changed where the other side alone
/// changed something.
package struct SourceMerge: Sendable {
  /// What becomes of a registry on which the sides differ.
  package struct Item: Equatable, Sendable {
    package let name: RegistryName
    /// The side that is taken.
    package let taken: MergeMarks.Side
    /// Whether both sides changed it.
    package let isConflict: Bool
    /// The entry as it will be; nil where it goes.
    package let result: Source?
  }

  /// Where the sides differ: first the registries of ours in order, then those of theirs alone.
  package let items: [Item]
  /// The new text of the file.
  package let bytes: [UInt8]

  /// Merges the sides.
  ///
  /// `base`: What was there before both; nil where that is not known, so that a registry of one side counts as added.
  /// `preferred`: The side to take where both changed an entry.
  ///
  /// - Throws: `TextProblem`: ours does not parse, cannot be edited line by line, or the entry of theirs does not fit in.
  package init(
    ours bytes: [UInt8],
    theirs: SourceList,
    base: SourceList?,
    preferring preferred: MergeMarks.Side
  ) throws(TextProblem) {
    let ours = try SourceList.parse(bytes)
    var (items, merged): ([Item], [UInt8]) = ([], bytes)
    for name in ours.sources.map(\.name) + theirs.sources.map(\.name).filter({ ours.find($0) == nil }) {
      let (old, new) = (ours.find(name), theirs.find(name))
      guard old != new else { continue }
      let item = Self.item(name, old, new, base: base?.find(name), isBaseKnown: base != nil, preferred)
      if item.taken == .theirs { merged = try Self.taking(new, in: merged, for: old) }
      items.append(item)
    }
    (self.items, self.bytes) = (items, merged)
  }

  private static func item(
    _ name: RegistryName,
    _ ours: Source?,
    _ theirs: Source?,
    base: Source?,
    isBaseKnown: Bool,
    _ preferred: MergeMarks.Side
  ) -> Item {
    let isBaseOurs = isBaseKnown ? ours == base : ours == nil
    let isBaseTheirs = isBaseKnown ? theirs == base : theirs == nil
    let taken: MergeMarks.Side = isBaseOurs ? .theirs : isBaseTheirs ? .ours : preferred
    return Item(
      name: name,
      taken: taken,
      isConflict: !isBaseOurs && !isBaseTheirs,
      result: taken == .ours ? ours : theirs
    )
  }

  /// The text with the entry of theirs in place of ours.
  private static func taking(_ new: Source?, in bytes: [UInt8], for old: Source?) throws(TextProblem)
    -> [UInt8]
  {
    guard let old else {
      return try new.map { (new) throws(TextProblem) in try SourceList.add(new, to: bytes) } ?? bytes
    }
    guard let new else { return try SourceList.remove(old.name.description, from: bytes) }
    var change = SourceChange()
    if old.location != new.location { change.location = new.location }
    if old.isEnabled != new.isEnabled { change.isEnabled = new.isEnabled }
    if old.trustLevel != new.trustLevel { change.trustLevel = new.trustLevel }
    if old.isSignatureRequired != new.isSignatureRequired {
      change.isSignatureRequired = new.isSignatureRequired
    }
    if old.signers != new.signers { change.signers = new.signers }
    if old.mirrors != new.mirrors { change.mirrors = new.mirrors }
    return try SourceList.change(old.name.description, change.fields, in: bytes)
  }
}
