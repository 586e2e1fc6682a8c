/// Where a file stands in a tree: legal names joined by `/`.
///
/// Ordered by UTF-8 bytes. What a *publisher* may call a file is decided at the border (DESIGN section 5);
/// this type only keeps what a tree can hold: no empty, `.` or `..` name, no control character.
package struct TreePath: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// The names, outermost first; never empty.
  package let components: [String]

  /// The whole path.
  package let description: String

  /// Reads a path.
  ///
  /// - Throws: `ObjectStoreError.unencodable` naming the path when a tree cannot hold it.
  package init(_ text: String) throws(ObjectStoreError) {
    // By bytes: a slash with a combining mark behind it is another Character, but still a slash.
    let names = text.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
      .map { String(Substring($0)) }
    guard names.count <= Tree.maximumDepth, names.allSatisfy(Tree.isLegalName) else {
      throw .unencodable(field: text)
    }
    components = names
    description = text
  }

  init(legal components: [String]) {
    self.components = components
    description = components.joined(separator: "/")
  }

  package static func == (left: Self, right: Self) -> Bool {
    // Not String's ==, which holds other bytes for equal when they are the same text (UAX #15).
    left.description.utf8.elementsEqual(right.description.utf8)
  }

  package func hash(into hasher: inout Hasher) {
    // Equal bytes are equal text, so String's own hash will do.
    hasher.combine(description)
  }

  package static func < (left: Self, right: Self) -> Bool {
    left.description.utf8.lexicographicallyPrecedes(right.description.utf8)
  }
}
