/// The roles that text can have in the output; colour never carries information that the words lack.
enum Style: Sendable, CaseIterable {
  case heading
  case good
  case bad
  case warning
  case faint
  /// An object id, yellow as in git.
  case id
  case added
  case removed

  /// The parameters of the SGR sequence (ECMA-48 section 8.3.117).
  ///
  /// Only the eight basic colours are used, because terminal themes keep them legible.
  private var parameters: String {
    switch self {
    case .heading: "1"
    case .good, .added: "32"
    case .bad: "1;31"
    case .removed: "31"
    case .warning, .id: "33"
    case .faint: "2"
    }
  }

  fileprivate var start: String { "\u{1B}[\(parameters)m" }
  fileprivate static let end = "\u{1B}[m"
}

extension SafeText {
  /// The text with or without the sequences for its styles.
  func rendered(inColor: Bool) -> String {
    guard inColor, !styles.isEmpty else { return text }
    var result = ""
    var position = text.utf8.startIndex
    var offset = 0
    func piece(to bound: Int) -> Substring {
      let next = text.utf8.index(position, offsetBy: bound - offset)
      defer { (position, offset) = (next, bound) }
      return text[position..<next]
    }
    for part in styles {
      result += piece(to: part.range.lowerBound)
      result += part.style.start
      result += piece(to: part.range.upperBound)
      result += Style.end
    }
    result += text[position...]
    return result
  }
}
