/// A place in a text file, as editors count: the first character is line 1, column 1.
///
/// Columns count Unicode scalars, so they agree between JSON and YAML and do not depend on the encoding.
package struct TextPosition: Hashable, Comparable, Sendable, CustomStringConvertible {
  // Half the size of two Int: the value of a large file has millions of positions.
  private let storedLine: UInt32
  private let storedColumn: UInt32

  /// The line, from 1.
  package var line: Int { Int(storedLine) }
  /// The column in Unicode scalars, from 1.
  package var column: Int { Int(storedColumn) }

  package static let start = TextPosition(line: 1, column: 1)

  /// Makes a position; line and column are from 1 to 2^32 - 1, others are clamped.
  package init(line: Int, column: Int) {
    storedLine = UInt32(clamping: line)
    storedColumn = UInt32(clamping: column)
  }

  /// `line:column`, as compilers print positions.
  package var description: String { "\(line):\(column)" }

  package static func < (left: Self, right: Self) -> Bool {
    (left.line, left.column) < (right.line, right.column)
  }
}
