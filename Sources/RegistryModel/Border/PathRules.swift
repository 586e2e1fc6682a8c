import Formats

/// The rules for one component of a manifest path (DESIGN section 5).
enum PathRules {
  /// Checks every character of the path, and its normal form unless it is pure ASCII.
  static func checkCharacters(of path: String, bytes: [UInt8]) throws(PathProblem) {
    var isASCII = true
    for byte in bytes {
      switch byte {
      case 0x80...: isASCII = false
      case 0..<0x20, 0x7F: throw .controlCharacter(Unicode.Scalar(byte))
      // " * : < > ? \ |
      case 0x22, 0x2A, 0x3A, 0x3C, 0x3E, 0x3F, 0x5C, 0x7C: throw .forbiddenCharacter(Unicode.Scalar(byte))
      default: break
      }
    }
    if isASCII { return }
    for scalar in path.unicodeScalars {
      switch UnicodeRules.refusal(of: scalar) {
      case nil: continue
      case .control?: throw .controlCharacter(scalar)
      case .bidirectional?: throw .bidirectionalCharacter(scalar)
      case .zeroWidth?: throw .zeroWidthCharacter(scalar)
      case .ignorable?: throw .ignorableCharacter(scalar)
      }
    }
    guard UnicodeRules.isNFC(path) else { throw .notNFC }
  }

  /// Checks the components of a path whose characters were checked already.
  static func checkComponents(of bytes: [UInt8]) throws(PathProblem) {
    let slash = UInt8(ascii: "/")
    let count = bytes.count { $0 == slash } + 1
    guard count <= Limits.maxPathDepth else { throw .tooDeep(components: count, limit: Limits.maxPathDepth) }
    var start = 0
    while true {
      let end = bytes[start...].firstIndex(of: slash) ?? bytes.endIndex
      let name = bytes[start..<end]
      if name.isEmpty { throw .emptyComponent }
      if mayBreakRule(name) { try checkComponent(String(decoding: name, as: UTF8.self)) }
      if end == bytes.endIndex { return }
      start = end + 1
    }
  }

  /// A quick test that tells which of the many thousand components of a manifest need `checkComponent`.
  ///
  /// True for every name that `checkComponent` refuses: too long, not ASCII, with a dot, space or underscore in a
  /// critical place, with a `~`, or beginning like a device name.
  private static func mayBreakRule(_ name: ArraySlice<UInt8>) -> Bool {
    guard let first = name.first, let last = name.last, name.count <= Limits.maxPathComponentBytes else {
      return true
    }
    switch (first, last) {
    case (UInt8(ascii: "."), _), (UInt8(ascii: "_"), _), (UInt8(ascii: " "), _), (_, UInt8(ascii: " ")),
      (_, UInt8(ascii: ".")):
      return true
    default: break
    }
    for byte in name where byte >= 0x80 || byte == UInt8(ascii: "~") { return true }
    guard name.count >= 3 else { return false }
    // The bit maps letters to lower case; other characters that it changes do not begin a device name.
    switch (first | 0x20, name[name.startIndex + 1] | 0x20, name[name.startIndex + 2] | 0x20) {
    case (UInt8(ascii: "c"), UInt8(ascii: "o"), UInt8(ascii: "n")),
      (UInt8(ascii: "c"), UInt8(ascii: "o"), UInt8(ascii: "m")),
      (UInt8(ascii: "p"), UInt8(ascii: "r"), UInt8(ascii: "n")),
      (UInt8(ascii: "a"), UInt8(ascii: "u"), UInt8(ascii: "x")),
      (UInt8(ascii: "n"), UInt8(ascii: "u"), UInt8(ascii: "l")),
      (UInt8(ascii: "l"), UInt8(ascii: "p"), UInt8(ascii: "t")):
      return true
    default: return false
    }
  }

  /// Applies all rules to one component.
  private static func checkComponent(_ name: String) throws(PathProblem) {
    if name == "." || name == ".." { throw .dotComponent(name) }
    let count = name.utf8.count
    guard count <= Limits.maxPathComponentBytes else {
      throw .componentTooLong(bytes: count, limit: Limits.maxPathComponentBytes)
    }
    let scalars = name.unicodeScalars
    if scalars.first?.properties.isWhitespace == true { throw .leadingSpace(name) }
    if scalars.last?.properties.isWhitespace == true { throw .trailingSpace(name) }
    if scalars.last == "." { throw .trailingDot(name) }
    let folded = UnicodeRules.caseFolded(name)
    if isWindowsDevice(folded: folded) { throw .windowsDeviceName(name) }
    if isVersionControl(folded: folded) { throw .versionControlName(name) }
    if folded == "__proto__" { throw .scriptPrototypeName(name) }
  }

  /// Whether the case-folded name is a device name on Windows.
  ///
  /// Windows uses the part before the first dot, without trailing spaces
  /// (Microsoft, "Naming Files, Paths, and Namespaces").
  static func isWindowsDevice(folded: String) -> Bool {
    let beforeDot = folded.utf8.prefix { $0 != UInt8(ascii: ".") }
    var stem = Substring(beforeDot)
    while stem.unicodeScalars.last?.properties.isWhitespace == true { stem.unicodeScalars.removeLast() }
    switch stem {
    case "con", "prn", "aux", "nul", "conin$", "conout$": return true
    default: break
    }
    guard stem.hasPrefix("com") || stem.hasPrefix("lpt") else { return false }
    let rest = stem.unicodeScalars.dropFirst(3)
    guard rest.count == 1, let last = rest.first else { return false }
    return ("0"..."9").contains(last) || last == "\u{B9}" || last == "\u{B2}" || last == "\u{B3}"
  }

  /// Whether the case-folded name has a special meaning for a version control system.
  static func isVersionControl(folded: String) -> Bool {
    switch folded {
    case ".git", ".gitmodules", ".gitattributes", ".hg", ".svn": true
    default: isVersionControlShortName(folded: folded)
    }
  }

  /// Whether the name may be the 8.3 short name that NTFS and FAT generate for a version control name.
  ///
  /// There are two forms: the first letters without the dot (`GIT~1`, `GITMOD~2`), fewer where the number has more
  /// digits; and from the fifth collision on two letters with four hex digits of a hash (`GI7EBA~1`), which git
  /// checks for as well.
  private static func isVersionControlShortName(folded: String) -> Bool {
    let bytes = Array(folded.utf8)
    guard let tilde = bytes.firstIndex(of: UInt8(ascii: "~")), tilde >= 2, tilde <= 6 else { return false }
    let digits = bytes[(tilde + 1)...]
    guard !digits.isEmpty, digits.allSatisfy({ (0x30...0x39).contains($0) }) else { return false }
    let stem = bytes[..<tilde]
    for name in ["gitmod", "gitatt", "hg", "svn"] where name.utf8.starts(with: stem) { return true }
    let isHex = stem.dropFirst(2).allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
    return isHex && ["gi", "hg", "sv"].contains { stem.starts(with: $0.utf8) }
  }
}
