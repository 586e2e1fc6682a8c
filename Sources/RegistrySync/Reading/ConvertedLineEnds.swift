import Disk
import ObjectStore

/// Recognises a file whose line ends git converted: `core.autocrlf` makes CRLF of every LF at a checkout.
enum ConvertedLineEnds {
  /// Whether a file would be the expected one, of that id and size in bytes, if each CRLF in it were LF.
  ///
  /// No more than twice that size is read.
  ///
  /// - Throws: `DiskError`.
  static func wereConverted(
    _ id: ObjectID,
    _ size: Int64,
    as path: TreePath,
    in folder: Folder
  ) throws(DiskError) -> Bool {
    guard let name = path.components.last, let file = try folder.findFile(StoreLayout.component(name)) else {
      return false
    }
    var rest = file.attributes.size
    // As long as expected is no contradiction: of a vendored file only the size that it has is known.
    guard rest >= size, rest <= size.multipliedClamped(by: 2) else { return false }
    var digest = SHA256()
    var restorer = Restorer()
    var buffer = [UInt8](repeating: 0, count: 64 * 1024)
    while rest > 0, case let count = try file.read(into: &buffer), count > 0 {
      try Cancellation.check()
      rest -= Int64(count)
      digest.update(restorer.take(buffer[..<count]).span.bytes)
    }
    digest.update(restorer.end().span.bytes)
    return restorer.hasConverted && digest.finish() == id
  }

  /// A text with each CRLF as LF; nil where it has none.
  static func restored(_ bytes: [UInt8]) -> [UInt8]? {
    var restorer = Restorer()
    let text = restorer.take(bytes[...]) + restorer.end()
    return restorer.hasConverted ? text : nil
  }

  /// Makes LF of CRLF in a text that comes in pieces.
  private struct Restorer {
    private(set) var hasConverted = false
    private var isAfterReturn = false

    mutating func take(_ piece: ArraySlice<UInt8>) -> [UInt8] {
      var output: [UInt8] = []
      output.reserveCapacity(piece.count + 1)
      for byte in piece {
        if isAfterReturn {
          if byte == UInt8(ascii: "\n") { hasConverted = true } else { output.append(UInt8(ascii: "\r")) }
        }
        isAfterReturn = byte == UInt8(ascii: "\r")
        if !isAfterReturn { output.append(byte) }
      }
      return output
    }

    mutating func end() -> [UInt8] {
      defer { isAfterReturn = false }
      return isAfterReturn ? [UInt8(ascii: "\r")] : []
    }
  }
}
