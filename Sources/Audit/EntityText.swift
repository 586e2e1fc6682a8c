/// The character of an HTML entity.
enum EntityText {
  /// Decodes `&#x202e;`, `&#8238;` or `&amp;`; nil for a name that is not known here.
  ///
  /// Known are the names of invisible characters and of the characters of commands and markup, because an entity must
  /// not hide text from a rule. Other names stand for letters and signs that no rule looks for.
  static func scalar(_ entity: some Collection<UInt8>) -> Unicode.Scalar? {
    let bytes = Array(entity.prefix(32))
    guard bytes.first == UInt8(ascii: "&"), bytes.last == UInt8(ascii: ";") else { return nil }
    let text = String(decoding: bytes.dropFirst().dropLast(), as: UTF8.self)
    guard text.hasPrefix("#") else { return names[text].flatMap { Unicode.Scalar($0) } }
    let number = text.dropFirst()
    let value = number.lowercased().hasPrefix("x") ? UInt32(number.dropFirst(), radix: 16) : UInt32(number)
    return value.flatMap { Unicode.Scalar($0) }
  }

  private static let names: [String: UInt32] = [
    "lrm": 0x200E, "rlm": 0x200F, "shy": 0xAD, "zwj": 0x200D, "zwnj": 0x200C, "NoBreak": 0x2060,
    "ZeroWidthSpace": 0x200B, "NegativeThinSpace": 0x200B, "NegativeMediumSpace": 0x200B,
    "NegativeThickSpace": 0x200B, "NegativeVeryThinSpace": 0x200B, "ic": 0x2063, "it": 0x2062,
    "InvisibleComma": 0x2063, "InvisibleTimes": 0x2062, "ApplyFunction": 0x2061, "af": 0x2061,
    "amp": 0x26, "AMP": 0x26, "lt": 0x3C, "LT": 0x3C, "gt": 0x3E, "GT": 0x3E, "quot": 0x22, "QUOT": 0x22,
    "apos": 0x27, "nbsp": 0x20, "vert": 0x7C, "VerticalLine": 0x7C, "verbar": 0x7C, "sol": 0x2F,
    "colon": 0x3A,
    "period": 0x2E, "lpar": 0x28, "rpar": 0x29, "dollar": 0x24, "grave": 0x60, "Tab": 0x09, "NewLine": 0x0A,
    "bsol": 0x5C, "semi": 0x3B, "hyphen": 0x2010, "lowbar": 0x5F, "equals": 0x3D, "commat": 0x40,
  ]

  /// The text with known entities decoded.
  static func decode(_ text: [UInt8]) -> [UInt8] {
    guard text.contains(UInt8(ascii: "&")) else { return text }
    var result: [UInt8] = []
    var offset = 0
    while offset < text.count {
      if text[offset] == UInt8(ascii: "&"),
        let end = text[offset...].prefix(32).firstIndex(of: UInt8(ascii: ";")),
        let scalar = scalar(text[offset...end])
      {
        result.append(contentsOf: String(scalar).utf8)
        offset = end + 1
      } else {
        result.append(text[offset])
        offset += 1
      }
    }
    return result
  }
}
