/// The path of a file in a tree: legal names joined by `/`.
///
/// Ordered by UTF-8 bytes. This type only enforces what a tree can hold: no empty, `.` or `..` name, no control
/// character. The stricter rules for paths of publishers are those of `ManifestPath` (DESIGN section 5).
package struct TreePath: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// The names, outermost first; never empty.
  package let components: [String]

  package let description: String

  /// Checks a path.
  ///
  /// - Throws: `ObjectStoreError.unencodable` naming the path when a tree cannot hold it.
  package init(_ text: String) throws(ObjectStoreError) {
    // Split as bytes: a slash followed by a combining mark is another Character than a slash.
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
    // Not the `==` of String, which is true for different bytes of canonically equivalent text (UAX #15).
    left.description.utf8.elementsEqual(right.description.utf8)
  }

  package func hash(into hasher: inout Hasher) {
    // Equal bytes are equal strings, so String's own hash can be used.
    hasher.combine(description)
  }

  package static func < (left: Self, right: Self) -> Bool {
    left.description.utf8.lexicographicallyPrecedes(right.description.utf8)
  }
}
