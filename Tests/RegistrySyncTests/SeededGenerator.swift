import TestSupport

extension SeededGenerator {
  /// The bytes with one to four of them changed, dropped, doubled or inserted from `pool`.
  mutating func mutate(_ original: [UInt8], pool: [UInt8]) -> [UInt8] {
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
}
