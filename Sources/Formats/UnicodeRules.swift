// The standard library's normaliser has no public API yet. `_nfc` is used only here, so that a toolchain without it
// breaks one line; UnicodeRulesTests checks its results.
@_spi(_Unicode) import Swift

/// Unicode rules of DESIGN section 5, "Manifest paths", by the standard library's own tables.
package enum UnicodeRules {
  /// Why a character is not allowed in a path or in a line of text.
  package enum Refusal: Hashable, Sendable {
    /// A control character, a line or paragraph separator, or a noncharacter.
    case control
    /// A character that changes the direction of the text around it.
    case bidirectional
    /// A character of zero width.
    case zeroWidth
    /// Any other invisible character (default-ignorable, annotation marks).
    case ignorable
  }

  /// Whether the text is already in Normalization Form C (UAX #15).
  ///
  /// Pure ASCII is answered without calling the normaliser.
  package static func isNFC(_ text: String) -> Bool {
    if text.utf8.allSatisfy({ $0 < 0x80 }) { return true }
    return text.unicodeScalars.elementsEqual(text._nfc)
  }

  /// The form for comparing names ignoring case; compare the results with `==`.
  ///
  /// Both mappings work scalar by scalar without context, so folding a path equals folding each of its components.
  /// Upper-casing comes first because it unifies characters that lower-casing keeps apart (`ß` and `SS`, dotless `ı`
  /// and `i`).
  package static func caseFolded(_ text: String) -> String {
    if text.utf8.allSatisfy({ $0 < 0x80 }) { return text.lowercased() }
    return text.uppercased().lowercased()
  }

  /// Why the scalar is refused, or nil where it is allowed.
  package static func refusal(of scalar: Unicode.Scalar) -> Refusal? {
    switch scalar.value {
    case 0x20..<0x7F: nil
    case 0..<0x20, 0x7F..<0xA0, 0x2028, 0x2029, 0xFDD0...0xFDEF: .control
    // The characters with Unicode's Bidi_Control property, which the standard library does not offer.
    case 0x061C, 0x200E, 0x200F, 0x202A...0x202E, 0x2066...0x2069: .bidirectional
    case 0x200B...0x200D, 0x2060, 0xFEFF: .zeroWidth
    case 0xFFF9...0xFFFB: .ignorable
    case let value where value & 0xFFFE == 0xFFFE: .control
    default: scalar.properties.isDefaultIgnorableCodePoint ? .ignorable : nil
    }
  }
}
