import SystemPackage

/// What the system still has to write to all its disks.
///
/// One flush of a file system waits for all of it, whoever wrote it.
enum UnwrittenData {
  /// More than this of others, in bytes, is not waited for.
  private static let othersLimit: Int64 = 64 << 20
  private static let limit = 64 << 10

  /// Whether a flush has to write little besides some files of our own.
  ///
  /// `files`, `bytes`: How many they are and how long they are together. Of each file the last page counts whole.
  static func isMostly(files: Int, bytes: Int64) -> Bool {
    guard let all = read() else { return true }
    return all <= bytes.addingClamped(Int64(files).multipliedClamped(by: 1 << 12)).addingClamped(othersLimit)
  }

  /// In bytes; nil where the system does not say.
  private static func read() -> Int64? {
    // try?: only Linux has this file.
    guard let folder = try? Folder.open("/proc"), let bytes = try? folder.findBytes("meminfo", limit: limit)
    else { return nil }
    return total(in: String(decoding: bytes, as: UTF8.self))
  }

  /// The sum of the lines `Dirty` and `Writeback` (proc(5), meminfo), which are in KiB; nil where one is missing.
  static func total(in text: String) -> Int64? {
    var sum: Int64 = 0
    for name in ["Dirty:", "Writeback:"] {
      let line = text.split(separator: "\n").first { $0.hasPrefix(name) }
      guard let field = line?.split(separator: " ").dropFirst().first, let count = Int64(field) else {
        return nil
      }
      sum = sum.addingClamped(count.multipliedClamped(by: 1 << 10))
    }
    return sum
  }
}
