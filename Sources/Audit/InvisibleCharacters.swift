/// Which characters are invisible, and where they are legitimate.
enum InvisibleCharacters {
  /// A kind of invisible character.
  enum Kind: Equatable {
    case control, bidi, tag, zeroWidth, other

    /// The rule that reports it.
    var rule: AuditRule {
      switch self {
      case .control: .controlCharacter
      case .bidi: .bidiControl
      case .tag: .tagCharacter
      case .zeroWidth: .zeroWidth
      case .other: .invisibleCharacter
      }
    }
  }

  /// The kind of a character; nil for visible characters and tabs.
  static func kind(of scalar: Unicode.Scalar) -> Kind? {
    switch scalar.value {
    case 0x09, 0x20..<0x7F: nil
    case 0..<0x20, 0x7F..<0xA0: .control
    case 0x202A...0x202E, 0x2066...0x2069: .bidi
    case 0xE0000...0xE007F: .tag
    case 0x200B...0x200D, 0x2060, 0xFEFF: .zeroWidth
    case 0x2028, 0x2029, 0xFFF9...0xFFFB: .other
    // Letters, dashes, quotes, arrows and Han are all visible; this saves looking them up in Unicode's tables.
    case 0xA0..<0xAD, 0xAE..<0x034F, 0x0370..<0x061C, 0x2010..<0x2028, 0x2070..<0x3164, 0x4E00..<0xA000: nil
    default: scalar.properties.isDefaultIgnorableCodePoint ? .other : nil
    }
  }

  /// Whether an invisible character is legitimate at its position.
  ///
  /// `isRightToLeft`: Whether the line has a letter that is written from right to left.
  static func belongs(_ index: Int, in line: [Unicode.Scalar], isRightToLeft: Bool) -> Bool {
    let before = index > 0 ? line[index - 1] : nil
    let behind = index + 1 < line.count ? line[index + 1] : nil
    switch line[index].value {
    case 0xFE0E, 0xFE0F: return before.map { isEmojiBase($0, behind) } ?? false
    case 0x200D: return joinsEmoji(index, in: line) || before.map(isJoining) ?? false
    case 0x200C: return before.map(isJoining) ?? false
    // Thai, Lao, Burmese and Khmer have no spaces between words; a zero-width space marks where a line may break.
    case 0x200B: return before.map(hasNoSpaces) ?? false && behind.map(hasNoSpaces) ?? false
    case 0x200E, 0x200F, 0x061C: return isRightToLeft
    case 0xE0100...0xE01EF, 0xFE00...0xFE02: return before?.properties.isIdeographic ?? false
    case 0x180B...0x180F: return before.map { (0x1820...0x18AA).contains($0.value) } ?? false
    // A syllable of old Hangul that lacks its first or second part.
    case 0x115F: return behind.map { (0x1161...0x11A7).contains($0.value) } ?? false
    case 0x1160: return before.map { (0x1100...0x115E).contains($0.value) } ?? false
    default: return false
    }
  }

  /// The flags of England, Scotland and Wales, the only recommended sequences of tag characters (UTS #51).
  ///
  /// - Returns: The number of characters of a flag that begins here; nil if none does.
  static func flagLength(at index: Int, in line: [Unicode.Scalar]) -> Int? {
    guard line[index].value == 0x1F3F4, index + 7 <= line.count else { return nil }
    let tags = line[(index + 1)..<(index + 7)].map(\.value)
    return flags.contains(tags) ? 7 : nil
  }

  private static let flags: Set<[UInt32]> = Set(
    ["gbeng", "gbsct", "gbwls"].map { name in name.unicodeScalars.map { $0.value + 0xE0000 } + [0xE007F] }
  )

  private static func isEmojiBase(_ scalar: Unicode.Scalar, _ behind: Unicode.Scalar?) -> Bool {
    // Digits are emoji only as part of a keycap.
    if scalar.isASCII { return scalar.properties.isEmoji && behind?.value == 0x20E3 }
    return scalar.properties.isEmoji
  }

  private static func joinsEmoji(_ index: Int, in line: [Unicode.Scalar]) -> Bool {
    guard index > 0, index + 1 < line.count else { return false }
    var before = index - 1
    // A variation selector or a skin tone may come between.
    if line[before].value == 0xFE0F, before > 0 { before -= 1 }
    let parts = [line[before], line[index + 1]]
    return parts.allSatisfy { !$0.isASCII && ($0.properties.isEmoji || $0.properties.isEmojiModifier) }
  }

  /// Scripts in which letters take other shapes when they are joined: Arabic and its relatives, the scripts
  /// of India, Khmer, Mongolian.
  private static func isJoining(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x0620...0x06FF, 0x0710...0x07FF, 0x0840...0x08FF, 0x0900...0x0DFF, 0x0F00...0x0FFF, 0x1000...0x109F,
      0x1780...0x18AF, 0xA840...0xA87F, 0xA8E0...0xA9DF, 0xFB50...0xFDCF, 0xFE70...0xFEFC:
      true
    default: false
    }
  }

  private static func hasNoSpaces(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x0E01...0x0EFF, 0x1000...0x109F, 0x1780...0x17FF: true
    default: false
    }
  }

  /// Whether a letter is of a script that is written from right to left: Hebrew to Arabic Extended-A, and the
  /// presentation forms.
  static func isRightToLeft(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x05D0...0x05F2, 0x0620...0x08FF, 0xFB1D...0xFDFF, 0xFE70...0xFEFC:
      scalar.properties.isAlphabetic
    default: false
    }
  }
}
