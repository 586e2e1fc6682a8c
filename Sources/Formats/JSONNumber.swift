/// Numbers as ECMAScript prints them (ECMA-262, Number::toString with radix 10).
enum JSONNumber {
  /// The shortest text that reads back as the same double: 1.0 is `1`, -0 is `0`, 1e21 is `1e+21`.
  static func text(of value: Double) -> String {
    // JSON cannot represent these; `JSON.stringify` writes null for them as well.
    guard value.isFinite else { return "null" }
    guard value != 0 else { return "0" }
    let sign = value < 0 ? "-" : ""
    let (digits, point) = shortestDigits(of: value.magnitude)
    return sign + layOut(digits, point: point)
  }

  /// The shortest digits `d`, and the `point` for which the value is `0.d * 10^point`.
  ///
  /// Swift's `description` gives the same digits as ECMAScript requires; only the layout differs.
  private static func shortestDigits(of value: Double) -> (digits: [UInt8], point: Int) {
    let parts = value.description.utf8.split(separator: UInt8(ascii: "e"))
    let exponent = parts.count > 1 ? Int(String(Substring(parts[1]))) ?? 0 : 0
    let mantissa = parts[0].split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    var digits = mantissa.flatMap { Array($0) }
    var point = mantissa[0].count + exponent
    let leading = digits.prefix { $0 == UInt8(ascii: "0") }.count
    digits.removeFirst(leading)
    point -= leading
    while digits.count > 1, digits.last == UInt8(ascii: "0") { digits.removeLast() }
    return (digits, point)
  }

  private static func layOut(_ digits: [UInt8], point: Int) -> String {
    func text(_ part: some Sequence<UInt8>) -> String { String(decoding: Array(part), as: UTF8.self) }
    func zeros(_ count: Int) -> String { String(repeating: "0", count: count) }
    switch point {
    case digits.count...21 where digits.count <= 21: return text(digits) + zeros(point - digits.count)
    case 1...21: return text(digits.prefix(point)) + "." + text(digits.dropFirst(point))
    case -5...0: return "0." + zeros(-point) + text(digits)
    default:
      let exponent = point - 1
      let fraction = digits.count > 1 ? "." + text(digits.dropFirst()) : ""
      return text(digits.prefix(1)) + fraction + "e" + (exponent < 0 ? "-" : "+") + "\(exponent.magnitude)"
    }
  }
}
