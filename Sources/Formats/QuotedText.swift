extension String {
  /// The text in single quotes, fit for one line of an error summary whatever it holds.
  ///
  /// Outside text may carry escape sequences or direction changes; they come out as `\u{...}`
  /// (DESIGN section 1, rule 7). Long text is cut after 120 scalars.
  package var quotedForMessage: String {
    var result = "'"
    var taken = 0
    for scalar in unicodeScalars {
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
