import Formats

/// Turns outside text into values that a generated catalog may have: one line, without anything that YAML as every
/// reader understands it would need an escape for (INTEROP "YAML that mmdos writes").
package enum ScaffoldText {
  /// The largest slug that is made of a name, in bytes; a suffix against collisions still fits behind it.
  private static let maxSlugBytes = 96

  /// One line of at most `maxBytes`; nil where nothing is left.
  ///
  /// Double quotes become single ones and backslashes slashes, invisible characters are dropped.
  package static func line(_ rawText: String, maxBytes: Int) -> String? {
    var line = ""
    var hasGap = false
    for scalar in rawText.unicodeScalars {
      if scalar.properties.isWhitespace {
        hasGap = !line.isEmpty
        continue
      }
      guard UnicodeRules.refusal(of: scalar) == nil else { continue }
      if hasGap { line += " " }
      hasGap = false
      switch scalar {
      case "\"": line += "'"
      case "\\": line += "/"
      default: line.unicodeScalars.append(scalar)
      }
      // Far more than is kept: the rest of a hostile text is not looked at.
      if line.utf8.count > maxBytes { return cut(line, to: maxBytes) }
    }
    return line.isEmpty ? nil : line
  }

  /// A slug made of a name: lower-case ASCII letters, digits, `_` and single hyphens; nil where nothing is left.
  package static func slug(_ rawName: String) -> String? {
    var slug = ""
    for scalar in rawName.unicodeScalars {
      guard slug.utf8.count < maxSlugBytes else { break }
      if scalar.isASCII, ASCII.isLetterOrDigit(UInt8(scalar.value)) || scalar == "_" {
        slug += String(scalar).lowercased()
      } else if !slug.isEmpty, slug.utf8.last != UInt8(ascii: "-") {
        slug += "-"
      }
    }
    while slug.utf8.last == UInt8(ascii: "-") { slug.removeLast() }
    guard !slug.isEmpty else { return nil }
    // Reserved names and device names are no slugs.
    let isSlug = (try? PluginSlug(parsing: slug)) != nil
    return isSlug ? slug : "plugin-" + slug
  }

  private static func cut(_ line: String, to maxBytes: Int) -> String {
    var scalars = Substring(line).unicodeScalars
    var count = line.utf8.count
    while count > maxBytes - 3, let last = scalars.popLast() { count -= UTF8.width(last) }
    while scalars.last == " " { scalars.removeLast() }
    return String(scalars) + "..."
  }
}
