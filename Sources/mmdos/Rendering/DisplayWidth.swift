/// How many terminal columns a text takes.
///
/// Only for text that `Escaper` has escaped, so that it has no control or zero-width characters. The widths are those
/// of `wcwidth` in current C libraries; terminals differ in a few rare characters.
enum DisplayWidth {
  /// Columns of the longest line; a tab advances to the next multiple of eight.
  static func columns(of text: String) -> Int {
    if text.utf8.allSatisfy({ (0x20..<0x7F).contains($0) }) { return text.utf8.count }
    var longest = 0
    var current = 0
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\n": current = 0
      case "\t": current += 8 - current % 8
      default: current += columns(of: scalar)
      }
      longest = max(longest, current)
    }
    return longest
  }

  /// Columns of one scalar: 0 if it combines with the one before it, 2 if it is wide, else 1.
  static func columns(of scalar: Unicode.Scalar) -> Int {
    let value = scalar.value
    if value < 0x300 { return value < 0x20 ? 0 : 1 }
    // Vowels and final consonants of decomposed Hangul combine with the leading consonant, which counts as wide.
    if (0x1160...0x11FF).contains(value) { return 0 }
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .enclosingMark: return 0
    default: return isWide(scalar) ? 2 : 1
    }
  }

  private static func isWide(_ scalar: Unicode.Scalar) -> Bool {
    let value = scalar.value
    if value < 0x1100 { return false }
    // Two regional indicators form one flag, which takes two columns.
    if (0x1F1E6...0x1F1FF).contains(value) { return false }
    if scalar.properties.isEmojiPresentation { return true }
    var low = 0
    var high = wideRanges.count
    while low < high {
      let middle = (low + high) / 2
      if wideRanges[middle].upperBound < value { low = middle + 1 } else { high = middle }
    }
    return low < wideRanges.count && wideRanges[low].contains(value)
  }

  /// The characters of East Asian Width W and F (Unicode Standard Annex 11) except emoji, ascending.
  ///
  /// Ranges that only unassigned characters separate are joined.
  private static let wideRanges: [ClosedRange<UInt32>] = [
    0x1100...0x115F,  // Hangul leading consonants
    0x2329...0x232A,  // angle brackets
    0x2630...0x2637,  // trigrams
    0x268A...0x268F,  // digrams
    0x2E80...0x303E,  // radicals, ideographic punctuation
    0x3041...0x4DBF,  // kana, Bopomofo, compatibility signs, extension A
    0x4DC0...0xA4CF,  // hexagrams, ideographs, Yi
    0xA960...0xA97F,  // Hangul extended A
    0xAC00...0xD7A3,  // Hangul syllables
    0xF900...0xFAFF,  // compatibility ideographs
    0xFE10...0xFE19,  // vertical forms
    0xFE30...0xFE6F,  // compatibility and small forms
    0xFF01...0xFF60,  // fullwidth forms
    0xFFE0...0xFFE6,  // fullwidth signs
    0x16FE0...0x18CFF,  // Tangut, Khitan, ideographic marks
    0x18D00...0x18DFF,  // Tangut supplement
    0x1AFF0...0x1B2FF,  // kana extensions, Nushu
    0x1D300...0x1D376,  // Tai Xuan Jing, counting rods
    0x1F200...0x1F265,  // enclosed ideographs
    0x20000...0x3FFFD,  // supplementary ideographs
  ]
}
