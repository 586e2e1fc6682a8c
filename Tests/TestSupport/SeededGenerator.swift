import Foundation

/// The one source of random numbers in tests (SplitMix64): the same numbers again from the same seed.
package struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  /// Begins with a seed.
  package init(seed: UInt64) { state = seed }

  /// A seed that is another one in each run, and is printed, so that what fails can be repeated.
  ///
  /// `MMDOS_TEST_SEED` is taken instead where it is set.
  package static func freshSeed(_ test: String = #function) -> UInt64 {
    let given = ProcessInfo.processInfo.environment["MMDOS_TEST_SEED"].flatMap { UInt64($0) }
    let seed = given ?? UInt64.random(in: 1...1_000_000_000)
    print("seed of \(test): \(seed) (MMDOS_TEST_SEED=\(seed) repeats it)")
    return seed
  }

  package mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
