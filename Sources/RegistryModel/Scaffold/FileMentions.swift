import Formats

/// Finds in a text the names of files that lie beside it: links, code and plain words alike.
package enum FileMentions {
  /// The longest word that may be a path, in bytes.
  private static let maxBytes = 255
  /// How tools write the plugin's folder.
  private static let rootVariables = ["${CLAUDE_PLUGIN_ROOT}/", "$CLAUDE_PLUGIN_ROOT/"]

  /// The paths of files of the folder that the text names, in the order of the text, each once.
  ///
  /// A word is tried from the folder of the text, and from `root`, the folder of its skill or plugin. A word without
  /// a slash must have an extension. The time is linear in the text.
  package static func find(
    in bytes: [UInt8],
    at path: String,
    roots: [String],
    among source: SourceFiles
  ) -> [String] {
    var found: [String] = []
    var seen: Set<String> = []
    let folders = [SourcePath.parent(path)] + roots
    for piece in bytes.split(whereSeparator: { !isPartOfPath($0) }) where piece.count <= maxBytes {
      var word = String(decoding: piece, as: UTF8.self)
      for variable in rootVariables where word.hasPrefix(variable) { word.removeFirst(variable.count) }
      while let last = word.utf8.last, last == UInt8(ascii: ".") || last == UInt8(ascii: "/") {
        word.removeLast()
      }
      guard word.utf8.contains(UInt8(ascii: "/")) || word.utf8.dropFirst().contains(UInt8(ascii: ".")) else {
        continue
      }
      for folder in folders {
        guard let target = SourcePath.resolve(word, from: folder), source.contains(target) else { continue }
        if seen.insert(target).inserted { found.append(target) }
        break
      }
    }
    return found
  }

  private static func isPartOfPath(_ byte: UInt8) -> Bool {
    ASCII.isLetterOrDigit(byte) || byte >= 0x80 || "._-/${}+@".utf8.contains(byte)
  }
}
