/// A YAML value as read: keys in order, every node and key with its position.
///
/// Equality compares meaning: it ignores positions, comments and layout, but not the order of keys, and it tells a
/// plain scalar from a quoted one, because only a plain `true` is a boolean.
package struct YAMLNode: Sendable {
  /// The value; the text of a scalar has escapes and folding resolved.
  package enum Content: Sendable {
    case scalar(String)
    case sequence([YAMLNode])
    case mapping([YAMLMember])
  }

  /// How the value is written.
  package enum Style: Sendable {
    /// A scalar without quotes on one or more lines.
    case plain
    /// A scalar in quotes, or a block scalar (`|`, `>`).
    case quoted
    case blockScalar
    /// A list or map on lines of their own.
    case block
    /// A list or map in brackets.
    case flow
  }

  package let content: Content
  package let style: Style
  /// Where the value begins; for a block list at its first `-`.
  package let position: TextPosition
  /// The end of the value, exclusive; meaningless for block lists and maps, whose end libyaml puts at what follows.
  package let end: TextPosition

  package init(_ content: Content, style: Style, position: TextPosition = .start, end: TextPosition = .start)
  {
    self.content = content
    self.style = style
    self.position = position
    self.end = end
  }
}

/// A key of a YAML map with its value.
package struct YAMLMember: Sendable {
  package let key: String
  /// Where the key begins.
  package let position: TextPosition
  /// The end of the key, exclusive.
  package let end: TextPosition
  package let value: YAMLNode

  package init(_ key: String, _ value: YAMLNode, position: TextPosition = .start, end: TextPosition = .start)
  {
    self.key = key
    self.value = value
    self.position = position
    self.end = end
  }
}

extension YAMLNode: Equatable {
  /// Compares meaning; a plain and a quoted scalar differ.
  package static func == (left: Self, right: Self) -> Bool {
    switch (left.content, right.content) {
    case (.scalar(let leftText), .scalar(let rightText)):
      (left.style == .plain) == (right.style == .plain) && leftText.utf8.elementsEqual(rightText.utf8)
    case (.sequence(let left), .sequence(let right)): left == right
    case (.mapping(let left), .mapping(let right)): left == right
    default: false
    }
  }
}

extension YAMLMember: Equatable {
  /// Compares key and value, not positions.
  package static func == (left: Self, right: Self) -> Bool {
    left.key.utf8.elementsEqual(right.key.utf8) && left.value == right.value
  }
}

extension YAMLNode {
  /// The last line of the value, without comments and blank lines after it.
  ///
  /// - Parameter isBlank: Whether a line, counted from 1, holds only white space.
  /// - Returns: The line, counted from 1.
  func lastLine(isBlank: (Int) -> Bool) -> Int {
    switch (content, style) {
    case (.sequence(let items), .block):
      return items.reduce(position.line) { max($0, $1.lastLine(isBlank: isBlank)) }
    case (.mapping(let members), .block):
      return members.reduce(position.line) { max($0, $1.end.line, $1.value.lastLine(isBlank: isBlank)) }
    case (_, .blockScalar):
      // libyaml puts the end of a block scalar after the line breaks that follow it.
      var line = end.column == 1 && end.line > position.line ? end.line - 1 : end.line
      while line > position.line, isBlank(line) { line -= 1 }
      return line
    default:
      return end.line
    }
  }
}
