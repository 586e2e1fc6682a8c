import Formats

extension String {
  /// The text in single quotes, safe to print on one line of an error summary.
  ///
  /// Text from outside may hold escape sequences or direction marks; they are printed as `\u{...}` (DESIGN section 1,
  /// rule 7). Secrets of addresses are left out. Text is cut after 120 scalars.
  var quotedForMessage: String {
    var result = "'"
    var taken = 0
    // Before it is cut, as the cut may take away what tells a password from a port.
    for scalar in AddressRedaction.redact(self).unicodeScalars {
      guard taken < 120 else {
        result += "..."
        break
      }
      taken += 1
      if UnicodeRules.refusal(of: scalar) != nil || scalar == "'" || scalar == "\\" {
        result += "\\u{" + String(scalar.value, radix: 16) + "}"
      } else {
        result.unicodeScalars.append(scalar)
      }
    }
    return result + "'"
  }
}
