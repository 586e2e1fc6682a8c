/// The path of a file in a registry, checked against DESIGN section 5, "Manifest paths".
///
/// Relative, separated by `/`, in Normalization Form C, at most 1,024 bytes. Conflicts with other paths are checked
/// by `ManifestPathSet`.
package struct ManifestPath: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// The path as written in the manifest.
  package let description: String

  /// Checks a path from outside.
  ///
  /// - Throws: `PathProblem`, for the first rule that is broken.
  package init(parsing rawPath: String) throws(PathProblem) {
    let bytes = Array(rawPath.utf8)
    if bytes.isEmpty { throw .empty }
    guard bytes.count <= Limits.maxPathBytes else {
      throw .tooLong(bytes: bytes.count, limit: Limits.maxPathBytes)
    }
    if bytes.first == UInt8(ascii: "/") { throw .absolute }
    try PathRules.checkCharacters(of: rawPath, bytes: bytes)
    try PathRules.checkComponents(of: bytes)
    description = rawPath
  }

  /// The names between the slashes: at least one, none empty.
  package var components: [String] {
    // Split as bytes: a slash followed by a combining mark is another Character than a slash.
    description.utf8.split(separator: UInt8(ascii: "/")).map { String(Substring($0)) }
  }

  /// The last component.
  package var name: String { String(Substring(nameBytes)) }

  /// Orders by UTF-8 bytes, as trees and `checksums.json` are sorted.
  ///
  /// Swift orders strings by the scalars of their normal form; both paths are in that form already, so the order is
  /// that of their bytes.
  package static func < (lhs: Self, rhs: Self) -> Bool { lhs.description < rhs.description }

  private var nameBytes: Substring.UTF8View {
    let bytes = description.utf8
    let start = bytes.lastIndex(of: UInt8(ascii: "/")).map { bytes.index(after: $0) } ?? bytes.startIndex
    return bytes[start...]
  }
}
