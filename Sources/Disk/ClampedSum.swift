// Arithmetic on numbers from outside. Files, trees and clocks can state numbers of any size, and an overflow must not
// end the program: the result is then clamped to the largest or smallest Int64, which is above every limit.

extension Int64 {
  /// The sum, clamped to the range of Int64.
  package func addingClamped(_ other: Int64) -> Int64 {
    let (sum, overflow) = addingReportingOverflow(other)
    return overflow ? (other < 0 ? .min : .max) : sum
  }

  /// The product, clamped to the range of Int64.
  package func multipliedClamped(by other: Int64) -> Int64 {
    let (product, overflow) = multipliedReportingOverflow(by: other)
    return overflow ? ((self < 0) == (other < 0) ? .max : .min) : product
  }
}

extension Sequence<Int64> {
  /// The clamped sum of sizes or times that were not checked; see `addingClamped`.
  package func clampedSum() -> Int64 {
    reduce(0) { $0.addingClamped($1) }
  }
}
