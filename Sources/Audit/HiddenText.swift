import Formats

/// Decides whether a hidden text is suspicious; the limits depend on how it is hidden.
enum HiddenText {
  /// How a text is hidden.
  enum Place {
    /// A comment.
    case comment
    /// An invisible element.
    case element
    /// A collapsed element, which is shown after a click.
    case collapsed
    /// A title, which is shown when the pointer rests on it.
    case title
    /// The alternative text of an image.
    case alternative
    /// The rest of an info string, after the language.
    case info
    /// An attribute of an HTML element.
    case attribute
    /// A link definition that is not used.
    case definition
    /// A footnote without a reference.
    case footnote
    /// A comment of the front matter.
    case frontMatter
    /// Other text that is not shown.
    case other

    /// The name used in findings.
    var name: String {
      switch self {
      case .comment: "a comment"
      case .element: "an element that is not shown"
      case .collapsed: "a collapsed element"
      case .title: "a title"
      case .alternative: "the text in place of an image"
      case .info: "text behind the language of a block of code"
      case .attribute: "an attribute"
      case .definition: "a link definition that nothing uses"
      case .footnote: "a footnote that nothing refers to"
      case .frontMatter: "a comment in the front matter"
      case .other: "text that is part of no shown text"
      }
    }

    /// Texts with more letters are reported whatever they say; nil for no limit.
    var maxLetters: Int? {
      switch self {
      case .comment, .element: 0
      case .collapsed, .frontMatter: nil
      case .title, .info: 120
      case .alternative, .attribute: 400
      case .definition, .footnote, .other: 160
      }
    }
  }

  static func isSuspicious(_ text: some Collection<UInt8>, _ place: Place) -> Bool {
    if let limit = place.maxLetters, letters(in: text, above: limit) { return true }
    return place == .collapsed ? InstructionShape.isForAgents(text) : InstructionShape.isInstruction(text)
  }

  /// Whether a text has more letters and digits than the limit and several words; one long word is an address or data.
  private static func letters(in text: some Collection<UInt8>, above limit: Int) -> Bool {
    var (count, words, isInWord) = (0, 0, false)
    for byte in text {
      let isLetter = ASCII.isLetterOrDigit(byte) || byte >= 0x80
      if isLetter {
        count += 1
        if !isInWord { words += 1 }
      }
      isInWord = isLetter || byte != 0x20 && byte != 0x0A
      if count > limit, limit == 0 || words >= limit / 16 { return true }
    }
    return false
  }

  /// Whether a comment is a directive to a tool, such as `prettier-ignore` or `markdownlint-disable MD013`.
  static func isDirective(_ comment: some Collection<UInt8>) -> Bool {
    guard comment.count <= 120, !InstructionShape.isInstruction(comment) else { return false }
    let text = String(decoding: Array(comment), as: UTF8.self).lowercased()
    var words = text.split { " \t\n\r".contains($0) }
    while let first = words.first, first.allSatisfy({ "#-:=*".contains($0) }) { words.removeFirst() }
    guard let first = words.first, words.count <= 6 else { return false }
    if words.count == 1, single.contains(String(first)) { return true }
    return directives.contains { first.hasPrefix($0) }
  }

  private static let single: Set<String> = ["toc", "/toc", "tocstop", "endtoc", "more", "break", "pagebreak"]
  private static let directives = [
    "prettier-ignore", "markdownlint-", "doctoc", "vale", "all-contributors-", "textlint-", "cspell:",
    "spell-checker:", "eslint-", "remark-ignore", "lint-", "dprint-ignore", "editorconfig-checker-",
    "spdx-", "region", "endregion", "/toc", "tocstop",
  ]
}
