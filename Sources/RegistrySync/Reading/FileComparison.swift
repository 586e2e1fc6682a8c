package import Formats
package import ObjectStore
import RegistryModel

/// The line-by-line difference of a file.
package enum FileComparison: Sendable {
  /// The hunks; none where only the name changed.
  case text(TextDiff)
  /// At least one side is binary.
  case binary
  /// At least one side is too large to be compared line by line.
  case tooLarge

  /// Reads both sides and compares them; an absent side is an empty text.
  ///
  /// `limit`: The largest size of a side in bytes.
  ///
  /// - Throws: `ObjectStoreError` when a side is missing or damaged.
  package static func read(
    _ difference: FileDifference,
    limit: Int64 = Limits.maxComparedBytes,
    in store: ObjectStore
  ) throws(ObjectStoreError) -> FileComparison {
    // Equal ids mean equal content, so nothing needs to be read.
    if difference.old?.id == difference.new?.id { return compare([], []) }
    let sizes = [difference.old, difference.new].compactMap { $0?.size }
    guard sizes.allSatisfy({ $0 <= limit }) else { return .tooLarge }
    return compare(
      try read(difference.old, limit: limit, in: store),
      try read(difference.new, limit: limit, in: store)
    )
  }

  private static func read(
    _ side: FileDifference.Side?,
    limit: Int64,
    in store: ObjectStore
  ) throws(ObjectStoreError) -> [UInt8] {
    guard let side else { return [] }
    return try store.read(side.id, size: side.size, limit: limit)
  }

  /// Compares two contents.
  static func compare(_ old: [UInt8], _ new: [UInt8]) -> FileComparison {
    if isBinary(old) || isBinary(new) { return .binary }
    return TextDiff.compare(old, new).map { .text($0) } ?? .tooLarge
  }

  /// Git's rule: a zero byte among the first 8,000.
  private static func isBinary(_ bytes: [UInt8]) -> Bool { bytes.prefix(8000).contains(0) }
}
