// Sums of numbers from outside: what files, trees and clocks say can be as large as it likes, and a sum that does not
// fit must not end the program. It is then the largest number there is, which is above every limit.

extension Int64 {
  /// The sum, or the nearest number to it.
  package func addingClamped(_ other: Int64) -> Int64 {
    let (sum, overflow) = addingReportingOverflow(other)
    return overflow ? (other < 0 ? .min : .max) : sum
  }

  /// The product, or the nearest number to it.
  package func multipliedClamped(by other: Int64) -> Int64 {
    let (product, overflow) = multipliedReportingOverflow(by: other)
    return overflow ? ((self < 0) == (other < 0) ? .max : .min) : product
  }
}

extension Sequence<Int64> {
  /// The sum of sizes or times that nobody has checked; see `addingClamped`.
  package func clampedSum() -> Int64 {
    reduce(0) { $0.addingClamped($1) }
  }
}
