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

  /// The bytes with one to four of them changed, dropped, doubled or inserted from `pool`.
  package mutating func mutate(_ original: [UInt8], pool: [UInt8]) -> [UInt8] {
    var bytes = original
    for _ in 0..<Int.random(in: 1...4, using: &self) {
      let index = Int.random(in: 0...max(0, bytes.count - 1), using: &self)
      let byte = pool.randomElement(using: &self) ?? 0
      switch Int.random(in: 0..<4, using: &self) {
      case 0 where index < bytes.count: bytes[index] = byte
      case 1 where index < bytes.count: bytes.remove(at: index)
      case 2 where index < bytes.count: bytes.insert(bytes[index], at: index)
      default: bytes.insert(byte, at: min(index, bytes.count))
      }
    }
    return bytes
  }

  /// The bytes of a text after one to four edits: a byte changed, put in, taken out, or a piece doubled.
  package mutating func mutateText(_ bytes: [UInt8]) -> [UInt8] {
    // Mostly bytes that mean something to a parser.
    let telling =
      Array("{}[]\",:-#&*!|>'%@`?\\\n\r\t 0eE.+utf~\u{FEFF}".utf8) + [0, 0x80, 0xC2, 0xE2, 0xED, 0xF4, 0xFF]
    var bytes = bytes
    for _ in 0..<Int.random(in: 1...4, using: &self) {
      let place = Int.random(in: 0...bytes.count, using: &self)
      let byte = telling.randomElement(using: &self) ?? 0
      switch Int.random(in: 0..<4, using: &self) {
      case 0 where place < bytes.count: bytes[place] = byte
      case 1 where place < bytes.count: bytes.remove(at: place)
      case 2: bytes.insert(contentsOf: bytes[place...].prefix(12), at: place)
      default: bytes.insert(byte, at: place)
      }
    }
    return bytes
  }
}
