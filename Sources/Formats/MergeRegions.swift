/// The regions of a three-way merge, found from what each side changed in the base.
struct MergeRegions {
  private(set) var regions: [MergeRegion] = []

  private let ours: TextLines
  private let theirs: TextLines

  init(base: TextLines, ours: TextLines, theirs: TextLines) {
    (self.ours, self.theirs) = (ours, theirs)
    var left = Self.changes(base, ours)[...]
    var right = Self.changes(base, theirs)[...]
    // A line of the base that neither side has changed yet has these numbers of lines more on each side.
    var (leftShift, rightShift) = (0, 0)
    while left.first != nil || right.first != nil {
      let (first, second) = (left.first, right.first)
      if let first, second.map({ first.old.upperBound < $0.old.lowerBound }) ?? true {
        append(.ours, first.new, first.old.moved(by: rightShift))
        leftShift = first.shift
        left.removeFirst()
      } else if let second, first.map({ second.old.upperBound < $0.old.lowerBound }) ?? true {
        append(.theirs, second.old.moved(by: leftShift), second.new)
        rightShift = second.shift
        right.removeFirst()
      } else if let first, let second {
        if !isSame(first, second) { appendConflict(first, second) }
        // The one that reaches further may overlap with the next change of the other side.
        if first.old.upperBound >= second.old.upperBound {
          rightShift = second.shift
          right.removeFirst()
        }
        if second.old.upperBound >= first.old.upperBound {
          leftShift = first.shift
          left.removeFirst()
        }
      }
    }
  }

  private static func changes(_ base: TextLines, _ side: TextLines) -> [LineEdits.Change] {
    var edits = LineEdits(base, side)
    edits.align()
    return edits.changes
  }

  private func isSame(_ first: LineEdits.Change, _ second: LineEdits.Change) -> Bool {
    first.old == second.old && first.new.count == second.new.count
      && zip(first.new, second.new).allSatisfy { ours[$0] == theirs[$1] }
  }

  /// Adds the smallest region that has both changes; each side is widened by lines that it left alone.
  private mutating func appendConflict(_ first: LineEdits.Change, _ second: LineEdits.Change) {
    let before = first.old.lowerBound - second.old.lowerBound
    let after = first.old.upperBound - second.old.upperBound
    append(
      .conflict,
      first.new.lowerBound - max(0, before)..<first.new.upperBound + max(0, -after),
      second.new.lowerBound - max(0, -before)..<second.new.upperBound + max(0, after)
    )
  }

  /// Adds a region; one that touches the last on either side becomes one with it.
  private mutating func append(_ kind: MergeRegion.Kind, _ ours: Range<Int>, _ theirs: Range<Int>) {
    let region = MergeRegion(kind: kind, ours: ours, theirs: theirs)
    guard var last = regions.last,
      ours.lowerBound <= last.ours.upperBound || theirs.lowerBound <= last.theirs.upperBound
    else { return regions.append(region) }
    if last.kind != kind { last.kind = .conflict }
    last.extend(to: region)
    regions[regions.count - 1] = last
  }

  /// Takes lines that both sides have out of the conflicts.
  mutating func refineConflicts() {
    regions = regions.flatMap { region in
      guard region.kind == .conflict, !region.ours.isEmpty, !region.theirs.isEmpty else { return [region] }
      let changes = Self.changes(ours.part(region.ours), theirs.part(region.theirs))
      if changes.isEmpty { return [MergeRegion(kind: .both, ours: region.ours, theirs: region.theirs)] }
      return changes.map { change in
        MergeRegion(
          kind: .conflict,
          ours: change.old.moved(by: region.ours.lowerBound),
          theirs: change.new.moved(by: region.theirs.lowerBound)
        )
      }
    }
  }

  /// The most lines between two conflicts that become one.
  private static let maxJoinedLines = 3

  /// Joins conflicts with few lines between them, or only lines without letters and digits: one is read more easily.
  mutating func joinNearConflicts() {
    var joined: [MergeRegion] = []
    for region in regions {
      if let last = joined.last, last.kind == .conflict, region.kind == .conflict {
        let between = last.ours.upperBound..<region.ours.lowerBound
        if between.count <= Self.maxJoinedLines || !between.contains(where: { Self.hasWords(ours[$0]) }) {
          joined[joined.count - 1].extend(to: region)
          continue
        }
      }
      joined.append(region)
    }
    regions = joined
  }

  private static func hasWords(_ line: ArraySlice<UInt8>) -> Bool {
    line.contains(where: ASCII.isLetterOrDigit)
  }
}

extension LineEdits.Change {
  /// How many lines more the new text has up to the end of the change.
  fileprivate var shift: Int { new.upperBound - old.upperBound }
}

extension Range<Int> {
  fileprivate func moved(by distance: Int) -> Range<Int> { lowerBound + distance..<upperBound + distance }
}
