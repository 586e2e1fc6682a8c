import Formats

/// One tag of raw HTML within Markdown: its name and attributes.
struct HTMLTag {
  /// In lower case.
  let name: String
  let isClosing: Bool
  let isSelfClosing: Bool
  let attributes: [Attribute]

  struct Attribute {
    /// In lower case.
    let name: String
    /// With entities decoded.
    let value: [UInt8]
    /// Where it begins in the text.
    let offset: Int
  }

  /// The maximum number of attributes that are read of one tag.
  private static let maxAttributes = 64

  /// Reads the tag at an offset; nil if there is none.
  ///
  /// - Returns: The tag and the offset after it. A tag that is not closed extends to the end of the text.
  static func read(_ bytes: [UInt8], at start: Int) -> (tag: HTMLTag, end: Int)? {
    var offset = start + 1
    let isClosing = offset < bytes.count && bytes[offset] == UInt8(ascii: "/")
    if isClosing { offset += 1 }
    guard offset < bytes.count, ASCII.isLetter(bytes[offset]) else { return nil }
    let name = bytes[offset...].prefix { ASCII.isLetterOrDigit($0) || $0 == UInt8(ascii: "-") }
    offset = name.endIndex
    var attributes: [Attribute] = []
    var isSelfClosing = false
    while offset < bytes.count, bytes[offset] != UInt8(ascii: ">") {
      isSelfClosing = bytes[offset] == UInt8(ascii: "/")
      guard bytes[offset] > 0x20, !isSelfClosing else {
        offset += 1
        continue
      }
      let (attribute, end) = readAttribute(bytes, at: offset)
      if attributes.count < maxAttributes { attributes.append(attribute) }
      offset = end
    }
    let tag = HTMLTag(
      name: String(decoding: name, as: UTF8.self).lowercased(),
      isClosing: isClosing,
      isSelfClosing: isSelfClosing,
      attributes: attributes
    )
    return (tag, min(offset + 1, bytes.count))
  }

  private static func readAttribute(_ bytes: [UInt8], at start: Int) -> (Attribute, end: Int) {
    let name = bytes[start...].prefix { $0 > 0x20 && !"=>/".utf8.contains($0) }
    // A stray character counts as an attribute, so that reading always advances.
    var offset = max(name.endIndex, start + 1)
    let text = String(decoding: name.prefix(64), as: UTF8.self).lowercased()
    let space = bytes[offset...].prefix { $0 <= 0x20 }
    guard space.endIndex < bytes.count, bytes[space.endIndex] == UInt8(ascii: "="), !name.isEmpty else {
      return (Attribute(name: text, value: [], offset: start), offset)
    }
    offset = bytes[(space.endIndex + 1)...].firstIndex { $0 > 0x20 } ?? bytes.count
    guard offset < bytes.count else { return (Attribute(name: text, value: [], offset: start), offset) }
    let quote = bytes[offset]
    let value: ArraySlice<UInt8>
    if quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") {
      value = bytes[(offset + 1)...].prefix { $0 != quote }
      offset = min(value.endIndex + 1, bytes.count)
    } else {
      value = bytes[offset...].prefix { $0 > 0x20 && $0 != UInt8(ascii: ">") }
      offset = value.endIndex
    }
    return (Attribute(name: text, value: EntityText.decode(Array(value)), offset: start), offset)
  }

  func value(of name: String) -> [UInt8]? { attributes.first { $0.name == name }?.value }

  /// Whether the element has no end tag.
  var isVoid: Bool {
    [
      "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr",
    ].contains(name)
  }

  // MARK: What is not shown

  /// Whether the content of the element is not shown.
  var isHidden: Bool {
    if ["template", "script", "style", "head", "title", "noscript", "datalist", "object"].contains(name) {
      return true
    }
    if attributes.contains(where: { $0.name == "hidden" }) { return true }
    if name == "font" {
      if let color = text("color"), Self.isInvisible(color: color) { return true }
      if text("size") == "0" { return true }
    }
    return text("style").map(Self.hides(style:)) ?? false
  }

  /// Whether the content of the element is shown only after a click.
  var isCollapsed: Bool { name == "details" && !attributes.contains { $0.name == "open" } }

  private func text(_ attribute: String) -> String? {
    value(of: attribute).map { String(decoding: $0.prefix(2_048), as: UTF8.self).lowercased() }
  }

  private static func isInvisible(color: String) -> Bool {
    let color = color.filter { !" \t\n;".contains($0) }.replacing("!important", with: "")
    return ["white", "#fff", "#ffff", "#ffffff", "#ffffffff", "transparent", "snow", "ivory"].contains(color)
      || color.hasPrefix("rgba(") && (color.hasSuffix(",0)") || color.hasSuffix(",0.0)"))
      || color == "rgb(255,255,255)"
  }

  /// Whether a style makes the content invisible: no box, no size, no colour, or a position outside the page.
  private static func hides(style: String) -> Bool {
    for declaration in style.split(separator: ";") {
      let parts = declaration.split(separator: ":", maxSplits: 1)
      guard parts.count == 2 else { continue }
      let name = parts[0].filter { !" \t\n".contains($0) }
      let value = parts[1].filter { !" \t\n".contains($0) }.replacing("!important", with: "")
      switch name {
      case "display" where value == "none", "visibility" where value == "hidden" || value == "collapse":
        return true
      case "font-size", "opacity", "max-height", "max-width", "height", "width", "line-height", "zoom":
        if isZero(value) { return true }
      case "color" where isInvisible(color: value): return true
      case "left", "top", "right", "bottom", "text-indent", "margin-left", "margin-top":
        if value.hasPrefix("-"), value.prefix(while: { $0 != "p" && $0 != "e" }).count >= 5 { return true }
      case "clip" where value.hasPrefix("rect(0"),
        "clip-path" where value.contains("100%") || value.contains("(0"):
        return true
      case "transform" where value.contains("scale(0)"), "mso-hide" where value == "all": return true
      default: continue
      }
    }
    return false
  }

  /// Whether a size is too small to be read: `0`, `0px`, `.0em`, or `1px` for a font.
  private static func isZero(_ value: String) -> Bool {
    let number = value.prefix { $0.isNumber || $0 == "." }
    guard let size = Double(number) else { return false }
    return size == 0 || value.hasSuffix("px") && size <= 1 || size < 0.05
  }
}
