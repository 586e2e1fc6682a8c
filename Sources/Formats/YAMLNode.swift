/// A YAML value as read: keys in order, every node and key with its place.
///
/// Equality is of meaning: it ignores positions, comments and layout, but not the order of keys, and it
/// tells a plain scalar from a quoted one, because only a plain `true` is a boolean.
package struct YAMLNode: Sendable {
  /// The value itself; a scalar has its text with escapes and folding undone.
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

  /// The value itself.
  package let content: Content
  /// How the value is written.
  package let style: Style
  /// Where the value begins; for a block list its first `-`.
  package let position: TextPosition
  /// Just behind the value; meaningless for block lists and maps, whose end libyaml puts at what follows.
  package let end: TextPosition

  /// Makes a node.
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
  /// The key's text.
  package let key: String
  /// Where the key begins.
  package let position: TextPosition
  /// Just behind the key.
  package let end: TextPosition
  /// The value.
  package let value: YAMLNode

  /// Makes a member.
  package init(_ key: String, _ value: YAMLNode, position: TextPosition = .start, end: TextPosition = .start)
  {
    self.key = key
    self.value = value
    self.position = position
    self.end = end
  }
}

extension YAMLNode: Equatable {
  /// Compares the meaning, plain and quoted scalars told apart.
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
  /// Compares key and value, not their places.
  package static func == (left: Self, right: Self) -> Bool {
    left.key.utf8.elementsEqual(right.key.utf8) && left.value == right.value
  }
}

extension YAMLNode {
  /// The last line that the value takes up, comments and blank lines behind it not counted.
  ///
  /// - Parameter isBlank: Whether a line, counted from 1, holds nothing but white space.
  /// - Returns: The line, counted from 1.
  func lastLine(isBlank: (Int) -> Bool) -> Int {
    switch (content, style) {
    case (.sequence(let items), .block):
      return items.reduce(position.line) { max($0, $1.lastLine(isBlank: isBlank)) }
    case (.mapping(let members), .block):
      return members.reduce(position.line) { max($0, $1.end.line, $1.value.lastLine(isBlank: isBlank)) }
    case (_, .blockScalar):
      // libyaml ends a block scalar behind the line breaks that follow it.
      var line = end.column == 1 && end.line > position.line ? end.line - 1 : end.line
      while line > position.line, isBlank(line) { line -= 1 }
      return line
    default:
      return end.line
    }
  }
}
