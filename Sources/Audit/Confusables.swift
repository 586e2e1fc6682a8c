import Formats

/// Slugs that look alike, by a small table of characters that do.
///
/// A part of Unicode's confusables (UTS #39, revision 30): the Cyrillic and Greek letters that are drawn like
/// Latin ones in common fonts, and the ASCII look-alikes of that list.
enum Confusables {
  /// A form that is equal for two slugs that look alike.
  static func skeleton(of slug: String) -> String {
    var result = ""
    // Decomposing separates a letter from its accent; the accent stays.
    for scalar in slug.unicodeScalars where InvisibleCharacters.kind(of: scalar) == nil {
      switch scalar {
      case "0", "O", "o": result += "o"
      // Capital i, one, vertical bar.
      case "1", "I", "l", "L", "|": result += "l"
      case "_": result += "-"
      default:
        if let latin = table[scalar] {
          result += latin
        } else if (0xFF01...0xFF5E).contains(scalar.value), let narrow = Unicode.Scalar(scalar.value - 0xFEE0)
        {
          result += skeleton(of: String(narrow))
        } else {
          result += String(scalar).lowercased()
        }
      }
    }
    return result.replacing("rn", with: "m").replacing("vv", with: "w")
  }

  /// The Latin letter that each letter looks like, for both cases.
  private static let table: [Unicode.Scalar: String] = {
    let alike: [(latin: String, letters: String)] = [
      ("a", "аАαΑɑ"), ("b", "ЬВΒ"), ("c", "сСϲϹ"), ("d", "ԁ"), ("e", "еЕΕ"), ("f", "ϝ"), ("g", "ɡԌ"),
      ("h", "һНΗ"), ("i", "іΙіІιɩ"), ("j", "јЈϳ"), ("k", "кКκΚ"), ("l", "ӏӀ"), ("m", "мМΜ"),
      ("n", "пΝη"), ("o", "оОοΟσօ"), ("p", "рРρΡ"), ("q", "ԛԚ"), ("r", "гᴦ"), ("s", "ѕЅ"), ("t", "тТτΤ"),
      ("u", "υսц"), ("v", "νѵѴ"), ("w", "ԝԜωшШ"), ("x", "хХχΧ"), ("y", "уУγΥү"), ("z", "ᴢΖ"),
      ("-", "‐‑‒–—−"),
    ]
    var table: [Unicode.Scalar: String] = [:]
    for (latin, letters) in alike {
      for scalar in letters.unicodeScalars { table[scalar] = latin == "l" ? "l" : latin }
    }
    return table
  }()
}
