/// A place in a text file, as editors count: the first character is line 1, column 1.
///
/// Columns count Unicode scalars, so they agree between JSON and YAML and do not depend on the encoding.
package struct TextPosition: Hashable, Comparable, Sendable, CustomStringConvertible {
  // Half the size of two Int: a tree of a large file holds millions of positions.
  private let storedLine: UInt32
  private let storedColumn: UInt32

  /// The line, from 1.
  package var line: Int { Int(storedLine) }
  /// The column in Unicode scalars, from 1.
  package var column: Int { Int(storedColumn) }

  /// The first character of a text.
  package static let start = TextPosition(line: 1, column: 1)

  /// Names a place by its line and column, both from 1 to 2^32 - 1; what is outside becomes the nearest.
  package init(line: Int, column: Int) {
    storedLine = UInt32(clamping: line)
    storedColumn = UInt32(clamping: column)
  }

  /// `line:column`, as compilers print it.
  package var description: String { "\(line):\(column)" }

  /// Orders by line, then by column.
  package static func < (left: Self, right: Self) -> Bool {
    (left.line, left.column) < (right.line, right.column)
  }
}
