/// Reads one RFC 3339 time; the bytes must hold nothing else.
struct TimestampReader {
  let bytes: [UInt8]
  private var offset = 0

  init(bytes: [UInt8]) {
    self.bytes = bytes
  }

  /// Seconds since 1970 in UTC, not checked against any range, and nanoseconds.
  mutating func read() throws(TimestampProblem) -> (seconds: Int64, nanoseconds: Int32) {
    let date = try readDate()
    try expect("Tt")
    let time = try readTime()
    let nanoseconds = try readFraction()
    let shift = try readOffset()
    guard offset == bytes.count else { throw .badShape(offset: offset) }
    return (date.daysSince1970 * 86400 + Int64(time - shift), nanoseconds)
  }

  private mutating func readDate() throws(TimestampProblem) -> CivilDate {
    let year = try readNumber(digits: 4)
    try expect("-")
    let month = try readNumber(digits: 2)
    try expect("-")
    let day = try readNumber(digits: 2)
    guard (1970...9999).contains(year) else { throw .yearOutOfRange(year) }
    guard (1...12).contains(month) else { throw .monthOutOfRange(month) }
    guard (1...CivilDate.daysInMonth(month, year: year)).contains(day) else { throw .dayOutOfRange(day) }
    return CivilDate(year: year, month: month, day: day)
  }

  private mutating func readTime() throws(TimestampProblem) -> Int {
    let hour = try readNumber(digits: 2)
    try expect(":")
    let minute = try readNumber(digits: 2)
    try expect(":")
    let second = try readNumber(digits: 2)
    guard hour < 24, minute < 60, second <= 60 else {
      throw .timeOutOfRange(hour: hour, minute: minute, second: second)
    }
    if second == 60 { throw .leapSecond }
    return hour * 3600 + minute * 60 + second
  }

  private mutating func readFraction() throws(TimestampProblem) -> Int32 {
    guard offset < bytes.count, bytes[offset] == UInt8(ascii: ".") else { return 0 }
    offset += 1
    let digits = bytes[offset...].prefix(while: ASCII.isDigit)
    guard !digits.isEmpty else { throw .badShape(offset: offset) }
    guard digits.count <= 9 else { throw .fractionTooLong(digits: digits.count) }
    offset += digits.count
    let value = digits.reduce(Int32(0)) { $0 * 10 + Int32($1 - 0x30) }
    return (digits.count..<9).reduce(value) { value, _ in value * 10 }
  }

  /// Reads the offset from UTC, in seconds; positive where local time is ahead.
  private mutating func readOffset() throws(TimestampProblem) -> Int {
    guard offset < bytes.count else { throw .badShape(offset: offset) }
    let sign = bytes[offset]
    offset += 1
    switch sign {
    case UInt8(ascii: "Z"), UInt8(ascii: "z"): return 0
    case UInt8(ascii: "+"), UInt8(ascii: "-"): break
    default: throw .badShape(offset: offset - 1)
    }
    let hours = try readNumber(digits: 2)
    try expect(":")
    let minutes = try readNumber(digits: 2)
    guard hours < 24, minutes < 60 else { throw .offsetOutOfRange(hours: hours, minutes: minutes) }
    return (hours * 3600 + minutes * 60) * (sign == UInt8(ascii: "-") ? -1 : 1)
  }

  private mutating func readNumber(digits: Int) throws(TimestampProblem) -> Int {
    var value = 0
    for _ in 0..<digits {
      guard offset < bytes.count, ASCII.isDigit(bytes[offset]) else { throw .badShape(offset: offset) }
      value = value * 10 + Int(bytes[offset] - 0x30)
      offset += 1
    }
    return value
  }

  private mutating func expect(_ allowed: StaticString) throws(TimestampProblem) {
    let isThere = offset < bytes.count && allowed.withUTF8Buffer { $0.contains(bytes[offset]) }
    guard isThere else { throw .badShape(offset: offset) }
    offset += 1
  }
}
