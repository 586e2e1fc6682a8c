/// Finds which elements of two sequences have no counterpart in the other: a shortest edit script.
///
/// E. Myers, "An O(ND) Difference Algorithm and Its Variations" (1986), section 4b: searches from both ends for a
/// middle point, in memory linear in the lengths. Where the middle is further away than the cost limit, the furthest
/// point reached is used instead: the script is then correct, but not always the shortest.
struct LineDiff {
  /// For each element of the old sequence, whether it is removed.
  private(set) var removed: [Bool]
  /// For each element of the new sequence, whether it is added.
  private(set) var added: [Bool]

  private let old: [Int32]
  private let new: [Int32]
  /// Boxes still to be compared; elements outside of all boxes are decided.
  private var waiting: [Box] = []
  /// For each diagonal, how far it was followed from the beginning, and from the end, of a box.
  private var forward: [Int]
  private var backward: [Int]
  private let costLimit: Int

  /// A range of the old sequence and the range of the new one that it is compared with.
  private struct Box {
    var oldStart: Int
    var oldEnd: Int
    var newStart: Int
    var newEnd: Int

    var diagonals: ClosedRange<Int> { oldStart - newEnd...oldEnd - newStart }
  }

  /// Compares two sequences.
  ///
  /// `minimumCost`: the cost limit is at least this many edits in each direction.
  init(_ old: [Int32], _ new: [Int32], minimumCost: Int = 256) {
    self.old = old
    self.new = new
    removed = Array(repeating: false, count: old.count)
    added = Array(repeating: false, count: new.count)
    forward = Array(repeating: 0, count: old.count + new.count + 3)
    backward = forward
    var root = 1
    while root * root < old.count + new.count { root *= 2 }
    // The time is at most the lengths times this, between linear and quadratic; GNU diff and git do the same.
    costLimit = max(minimumCost, root)
    waiting = [Box(oldStart: 0, oldEnd: old.count, newStart: 0, newEnd: new.count)]
    while let box = waiting.popLast() { compare(box) }
  }

  private mutating func compare(_ box: Box) {
    let box = trimmed(box)
    guard box.oldStart < box.oldEnd, box.newStart < box.newEnd else {
      for index in box.oldStart..<box.oldEnd { removed[index] = true }
      for index in box.newStart..<box.newEnd { added[index] = true }
      return
    }
    let (x, y) = findMiddle(of: box)
    waiting.append(Box(oldStart: x, oldEnd: box.oldEnd, newStart: y, newEnd: box.newEnd))
    waiting.append(Box(oldStart: box.oldStart, oldEnd: x, newStart: box.newStart, newEnd: y))
  }

  /// The box without the equal elements at its beginning and end.
  private func trimmed(_ box: Box) -> Box {
    var box = box
    while box.oldStart < box.oldEnd, box.newStart < box.newEnd, old[box.oldStart] == new[box.newStart] {
      box.oldStart += 1
      box.newStart += 1
    }
    while box.oldStart < box.oldEnd, box.newStart < box.newEnd, old[box.oldEnd - 1] == new[box.newEnd - 1] {
      box.oldEnd -= 1
      box.newEnd -= 1
    }
    return box
  }

  /// A point on a shortest path from the beginning of a trimmed box to its end, other than these two.
  private mutating func findMiddle(of box: Box) -> (x: Int, y: Int) {
    // A diagonal is the old index minus the new one; adding this makes it an index into the arrays.
    let shift = new.count + 1
    let first = box.oldStart - box.newStart
    let last = box.oldEnd - box.newEnd
    var ahead = Diagonals(at: first, within: box.diagonals)
    var behind = Diagonals(at: last, within: box.diagonals)
    forward[first + shift] = box.oldStart
    backward[last + shift] = box.oldEnd
    let isOdd = (first - last) % 2 != 0
    for _ in 0..<costLimit {
      ahead.widen(&forward, shift, outside: -1)
      for diagonal in ahead.downward {
        let x = advance(box, diagonal, shift)
        if isOdd, behind.contains(diagonal), backward[diagonal + shift] <= x { return (x, x - diagonal) }
      }
      behind.widen(&backward, shift, outside: .max)
      for diagonal in behind.downward {
        let x = retreat(box, diagonal, shift)
        if !isOdd, ahead.contains(diagonal), x <= forward[diagonal + shift] { return (x, x - diagonal) }
      }
    }
    return furthest(in: box, ahead, behind, shift)
  }

  /// Moves to a diagonal from the better of its neighbours, then follows equal elements as far as they go.
  private mutating func advance(_ box: Box, _ diagonal: Int, _ shift: Int) -> Int {
    let fromLeft = forward[diagonal - 1 + shift]
    let fromRight = forward[diagonal + 1 + shift]
    var x = fromLeft < fromRight ? fromRight : fromLeft + 1
    while x < box.oldEnd, x - diagonal < box.newEnd, old[x] == new[x - diagonal] { x += 1 }
    forward[diagonal + shift] = x
    return x
  }

  private mutating func retreat(_ box: Box, _ diagonal: Int, _ shift: Int) -> Int {
    let fromLeft = backward[diagonal - 1 + shift]
    let fromRight = backward[diagonal + 1 + shift]
    var x = fromLeft < fromRight ? fromLeft : fromRight - 1
    while x > box.oldStart, x - diagonal > box.newStart, old[x - 1] == new[x - 1 - diagonal] { x -= 1 }
    backward[diagonal + shift] = x
    return x
  }

  /// The point furthest from either end, used when the searches from both ends did not meet within the cost limit.
  private func furthest(
    in box: Box,
    _ ahead: Diagonals,
    _ behind: Diagonals,
    _ shift: Int
  ) -> (x: Int, y: Int) {
    var best = (x: box.oldStart, y: box.newStart, gain: -1)
    func consider(_ x: Int, _ diagonal: Int, gain: (Int, Int) -> Int) {
      // The last step of a path may have left the box; such a point is skipped.
      let y = x - diagonal
      guard (box.oldStart...box.oldEnd).contains(x), (box.newStart...box.newEnd).contains(y) else { return }
      if gain(x, y) > best.gain { best = (x, y, gain(x, y)) }
    }
    for diagonal in ahead.downward {
      consider(forward[diagonal + shift], diagonal) { $0 - box.oldStart + $1 - box.newStart }
    }
    for diagonal in behind.downward {
      consider(backward[diagonal + shift], diagonal) { box.oldEnd - $0 + box.newEnd - $1 }
    }
    return (best.x, best.y)
  }
}

/// The range of diagonals reached from one end.
private struct Diagonals {
  private var low: Int
  private var high: Int
  private let limits: ClosedRange<Int>

  init(at start: Int, within limits: ClosedRange<Int>) {
    low = start
    high = start
    self.limits = limits
  }

  /// Every other diagonal, highest first: those with the parity of the current cost.
  var downward: StrideThrough<Int> { stride(from: high, through: low, by: -2) }

  func contains(_ diagonal: Int) -> Bool { low <= diagonal && diagonal <= high }

  /// Extends the range by one on both sides; at the limits of the box it shrinks by one, which keeps the parity.
  mutating func widen(_ reached: inout [Int], _ shift: Int, outside: Int) {
    if low > limits.lowerBound {
      low -= 1
      reached[low - 1 + shift] = outside
    } else {
      low += 1
    }
    if high < limits.upperBound {
      high += 1
      reached[high + 1 + shift] = outside
    } else {
      high -= 1
    }
  }
}
