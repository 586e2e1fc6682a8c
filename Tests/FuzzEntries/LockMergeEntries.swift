import Formats

@testable import RegistryModel

/// A lockfile in an unfinished merge: with git's marks in it, and as git's index has the sides.
extension FuzzEntry {
  static let lockMerge: [FuzzEntry] = [
    FuzzEntry("merge-marks") { bytes in
      guard let marks = MergeMarks(parsing: bytes) else { return nil }
      if MergeMarks.firstLine(in: bytes) == nil, marks.ours != bytes || marks.theirs != bytes {
        return "a text without marks is changed"
      }
      for side in [marks.ours, marks.theirs, marks.base ?? []] where MergeMarks.firstLine(in: side) != nil {
        return "marks are left in a side"
      }
      guard let ours = try? Lockfile.parse(marks.ours), let theirs = try? Lockfile.parse(marks.theirs) else {
        return nil
      }
      return problem(ours, theirs, base: marks.base.flatMap { try? Lockfile.parse($0) })
    },
    FuzzEntry("lock-merge") { bytes in
      // What git's index has: before both sides, and on each of them.
      let pieces = bytes.pieces
      guard pieces.count > 2, let ours = try? Lockfile.parse(pieces[1]),
        let theirs = try? Lockfile.parse(pieces[2])
      else { return nil }
      return problem(ours, theirs, base: try? Lockfile.parse(pieces[0]))
    },
  ]

  private static let key = try? ProjectKey(parsing: Array((String(repeating: "0f", count: 32) + "\n").utf8))

  private static func problem(_ ours: Lockfile, _ theirs: Lockfile, base: Lockfile?) -> String? {
    for key in [nil, key] {
      for side in [nil] + MergeMarks.Side.allCases {
        let merge = LockMerge(ours: ours, theirs: theirs, base: base, preferring: side, key: key)
        guard let again = try? Lockfile.parse(merge.lockfile.encode()) else {
          return "a merged lockfile does not parse"
        }
        if again.encode() != merge.lockfile.encode() { return "a merged lockfile is another one" }
      }
    }
    let same = LockMerge(ours: ours, theirs: ours, base: base, preferring: nil, key: nil)
    return violation(
      "a merge with itself changes a lockfile",
      unless: same.lockfile.encode() == ours.encode()
    )
  }
}
