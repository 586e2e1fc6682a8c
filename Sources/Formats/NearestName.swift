/// Finds the known word that a mistyped one most likely meant.
package enum NearestName {
  /// The known name with the smallest edit distance, or nil where none is close enough to suggest.
  ///
  /// Close enough is a distance of a third of the longer name's length, at least 1. Case, `-` and `_` count as equal,
  /// so that `Max-Plugin-Files` finds its key. Names over 64 bytes are not compared, which bounds the work.
  package static func find(_ name: String, in known: some Sequence<String>) -> String? {
    guard name.utf8.count <= 64 else { return nil }
    let wanted = folded(name)
    var best: (name: String, distance: Int)?
    for candidate in known {
      let limit = max(1, max(wanted.count, candidate.utf8.count) / 3)
      let distance = editDistance(wanted, folded(candidate))
      if distance <= limit, distance < best?.distance ?? .max { best = (candidate, distance) }
    }
    return best?.name
  }

  private static func folded(_ name: String) -> [UInt8] {
    name.lowercased().utf8.map { $0 == UInt8(ascii: "-") ? UInt8(ascii: "_") : $0 }
  }

  /// Levenshtein distance with swapped neighbours as one edit (optimal string alignment).
  private static func editDistance(_ left: [UInt8], _ right: [UInt8]) -> Int {
    var beforeLast = [Int](repeating: 0, count: right.count + 1)
    var last = Array(0...right.count)
    for row in left.indices {
      var current = [row + 1]
      for column in right.indices {
        let isSame = left[row] == right[column]
        var cost = min(last[column] + (isSame ? 0 : 1), last[column + 1] + 1, current[column] + 1)
        if row > 0, column > 0, left[row] == right[column - 1], left[row - 1] == right[column] {
          cost = min(cost, beforeLast[column - 1] + 1)
        }
        current.append(cost)
      }
      (beforeLast, last) = (last, current)
    }
    return last[right.count]
  }
}
