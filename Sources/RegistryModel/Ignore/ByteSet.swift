import Formats

/// A set of bytes, as a bracket expression of an ignore file states it.
struct ByteSet: Sendable {
  private var members = [Bool](repeating: false, count: 256)

  func contains(_ byte: UInt8) -> Bool { members[Int(byte)] }

  mutating func insert(_ byte: UInt8) { members[Int(byte)] = true }

  /// Adds all bytes from the first to the last; none where the last comes first.
  mutating func insert(from first: UInt8, to last: UInt8) {
    guard first <= last else { return }
    for byte in first...last { insert(byte) }
  }

  mutating func insert(where isMember: (UInt8) -> Bool) {
    for byte in UInt8.min...UInt8.max where isMember(byte) { insert(byte) }
  }

  mutating func negate() {
    for index in members.indices { members[index].toggle() }
  }
}

/// Reads a bracket expression such as `[a-z]`, `[!0-9]` or `[[:space:]x]`.
struct ByteSetReader {
  let bytes: ArraySlice<UInt8>
  /// Where to read on; at first behind the opening bracket, at last behind the closing one.
  var index: Int

  private static let classes: [String: @Sendable (UInt8) -> Bool] = [
    "alnum": { ASCII.isLetterOrDigit($0) }, "alpha": { ASCII.isLetter($0) },
    "blank": { $0 == 0x20 || $0 == 0x09 }, "cntrl": { $0 < 0x20 || $0 == 0x7F },
    "digit": { ASCII.isDigit($0) },
    "graph": { (0x21...0x7E).contains($0) }, "lower": { (0x61...0x7A).contains($0) },
    "print": { (0x20...0x7E).contains($0) },
    "punct": { (0x21...0x7E).contains($0) && !ASCII.isLetterOrDigit($0) },
    "space": { $0 == 0x20 || (0x09...0x0D).contains($0) }, "upper": { (0x41...0x5A).contains($0) },
    "xdigit": { ASCII.isDigit($0) || (0x41...0x46).contains($0) || (0x61...0x66).contains($0) },
  ]

  /// The set; nil where the bracket is not closed, or names no known class.
  mutating func read() -> ByteSet? {
    var set = ByteSet()
    let isNegated = peek() == UInt8(ascii: "!") || peek() == UInt8(ascii: "^")
    if isNegated { index += 1 }
    // The byte that a following `-` begins a range with.
    var previous: UInt8?
    var isFirst = true
    while let byte = peek() {
      // A closing bracket in the first place is a member.
      if byte == UInt8(ascii: "]"), !isFirst {
        index += 1
        if isNegated { set.negate() }
        return set
      }
      isFirst = false
      guard readMember(byte, &previous, into: &set) else { return nil }
    }
    return nil
  }

  private mutating func readMember(_ byte: UInt8, _ previous: inout UInt8?, into set: inout ByteSet) -> Bool {
    if byte == UInt8(ascii: "-"), let first = previous, let next = peek(1), next != UInt8(ascii: "]") {
      index += 1
      guard let last = readByte() else { return false }
      set.insert(from: first, to: last)
      previous = nil
      return true
    }
    if byte == UInt8(ascii: "["), peek(1) == UInt8(ascii: ":"), let end = endOfClass() {
      guard bytes[end - 1] == UInt8(ascii: ":"), end - 1 > index + 1 else {
        // Not closed by `:]`: the bracket is a member like any other.
        return readSingle(&previous, into: &set)
      }
      let name = String(decoding: bytes[(index + 2)..<(end - 1)], as: UTF8.self)
      guard let isMember = Self.classes[name] else { return false }
      set.insert(where: isMember)
      index = end + 1
      previous = nil
      return true
    }
    return readSingle(&previous, into: &set)
  }

  private mutating func readSingle(_ previous: inout UInt8?, into set: inout ByteSet) -> Bool {
    guard let byte = readByte() else { return false }
    set.insert(byte)
    previous = byte
    return true
  }

  /// The next byte, or the one that a backslash escapes.
  private mutating func readByte() -> UInt8? {
    if peek() == UInt8(ascii: "\\") { index += 1 }
    guard let byte = peek() else { return nil }
    index += 1
    return byte
  }

  /// The closing bracket after `[:`; nil where there is none.
  private func endOfClass() -> Int? {
    bytes[(index + 2)...].firstIndex(of: UInt8(ascii: "]"))
  }

  private func peek(_ distance: Int = 0) -> UInt8? {
    index + distance < bytes.endIndex ? bytes[index + distance] : nil
  }
}
