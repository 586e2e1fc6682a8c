/// Two edits of one text, merged line by line with the results of `git merge-file`.
///
/// Lines that only one side changed are taken from that side. Where both changed the same or adjoining lines
/// differently there is a conflict, which the merged text shows between markers.
package struct ThreeWayMerge: Equatable, Sendable {
  /// The names of the two sides, which the markers of a conflict state.
  package struct Labels: Sendable {
    let ours: String
    let theirs: String

    /// Takes two names of one line each.
    package init(ours: String, theirs: String) {
      (self.ours, self.theirs) = (ours, theirs)
    }
  }

  /// The merged text; with markers where there are conflicts.
  package let bytes: [UInt8]
  package let conflictCount: Int

  /// Merges two edits of a text.
  ///
  /// - Returns: Nil for what is no text: bytes with NUL, or more lines than `maximumLines` in all three.
  package static func merge(
    base: [UInt8],
    ours: [UInt8],
    theirs: [UInt8],
    labels: Labels,
    maximumLines: Int = 200_000
  ) -> ThreeWayMerge? {
    let texts = [base, ours, theirs]
    guard !texts.contains(where: { $0.contains(0) }) else { return nil }
    let lines = texts.map(TextLines.init)
    guard lines.reduce(0, { $0 + $1.count }) <= maximumLines else { return nil }
    return ThreeWayMerge(base: lines[0], ours: lines[1], theirs: lines[2], labels)
  }

  /// Whether a text has the markers of a conflict that nobody resolved, in their order.
  package static func hasMarkers(_ text: [UInt8]) -> Bool {
    var wanted = ["<<<<<<< ", "=======", ">>>>>>> "].map { Array($0.utf8) }[...]
    for line in text.split(separator: UInt8(ascii: "\n")) {
      guard let next = wanted.first else { return true }
      if line.starts(with: next) { wanted.removeFirst() }
    }
    return wanted.isEmpty
  }

  private init(base: TextLines, ours: TextLines, theirs: TextLines, _ labels: Labels) {
    var regions = MergeRegions(base: base, ours: ours, theirs: theirs)
    regions.refineConflicts()
    regions.joinNearConflicts()
    var output = MergeOutput(base: base, ours: ours, theirs: theirs, labels: labels)
    for region in regions.regions { output.append(region) }
    bytes = output.end()
    conflictCount = regions.regions.count { $0.kind == .conflict }
  }
}

/// A range of lines that differs from the base on one side at least.
struct MergeRegion {
  /// What the merged text has in the region.
  enum Kind {
    case ours, theirs, conflict
    /// Both sides, which are the same.
    case both
  }

  var kind: Kind
  var ours: Range<Int>
  var theirs: Range<Int>

  /// Makes the region one with another that follows it.
  mutating func extend(to other: MergeRegion) {
    ours = ours.lowerBound..<other.ours.upperBound
    theirs = theirs.lowerBound..<other.theirs.upperBound
  }
}

/// Writes the merged text.
private struct MergeOutput {
  let base: TextLines
  let ours: TextLines
  let theirs: TextLines
  let labels: ThreeWayMerge.Labels

  private var bytes: [UInt8] = []
  /// The first line of our side that is not written yet.
  private var next = 0

  init(base: TextLines, ours: TextLines, theirs: TextLines, labels: ThreeWayMerge.Labels) {
    (self.base, self.ours, self.theirs, self.labels) = (base, ours, theirs, labels)
  }

  mutating func append(_ region: MergeRegion) {
    append(ours, next..<region.ours.lowerBound)
    next = region.ours.upperBound
    switch region.kind {
    case .ours, .both: append(ours, region.ours)
    case .theirs: append(theirs, region.theirs)
    case .conflict:
      let newline: [UInt8] = hasCarriageReturns(region) ? [13, 10] : [10]
      bytes += Array("<<<<<<< \(labels.ours)".utf8) + newline
      append(ours, region.ours, ending: newline)
      bytes += Array("=======".utf8) + newline
      append(theirs, region.theirs, ending: newline)
      bytes += Array(">>>>>>> \(labels.theirs)".utf8) + newline
    }
  }

  mutating func end() -> [UInt8] {
    append(ours, next..<ours.count)
    return bytes
  }

  private mutating func append(_ lines: TextLines, _ range: Range<Int>, ending newline: [UInt8]? = nil) {
    for index in range { bytes += lines[index] }
    // A marker begins on a line of its own.
    if let newline, !range.isEmpty, bytes.last != UInt8(ascii: "\n") { bytes += newline }
  }

  /// Whether the lines around a conflict end with a carriage return, so that the markers do.
  private func hasCarriageReturns(_ region: MergeRegion) -> Bool {
    let questions = [
      (ours, max(0, region.ours.lowerBound - 1)), (theirs, max(0, region.theirs.lowerBound - 1)), (base, 0),
    ]
    var answer: Bool?
    for (lines, index) in questions {
      answer = lines.hasCarriageReturn(at: index)
      if answer == false { return false }
    }
    return answer ?? false
  }
}

extension TextLines {
  /// Whether a line ends with a carriage return and a newline; nil where the text has no line end to tell by.
  fileprivate func hasCarriageReturn(at index: Int) -> Bool? {
    guard index < count else { return nil }
    if self[index].last != UInt8(ascii: "\n") {
      // Only the last line has no newline; the one before it tells.
      return index == 0 ? nil : hasCarriageReturn(at: index - 1)
    }
    return self[index].dropLast().last == UInt8(ascii: "\r")
  }
}
