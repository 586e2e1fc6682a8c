import Disk
import ObjectStore
import RegistryModel
import SystemPackage

/// The project's `.gitignore`; lines are only added, never removed.
struct IgnoreFile {
  /// The lines that keep the cache and the project's key out of git.
  static let lines = [".ai/registry-cache/", ".ai/registry-signing-key"]

  private let bytes: [UInt8]?
  /// The wanted lines that the file lacks.
  let missing: [String]

  /// Reads the file.
  ///
  /// - Throws: `DiskError`.
  init(in root: Folder, wanted: [String] = IgnoreFile.lines) throws(DiskError) {
    bytes = try root.findBytes(ProjectLayout.gitignore, limit: Limits.maxIgnoreFileBytes)
    let present = String(decoding: bytes ?? [], as: UTF8.self).split(whereSeparator: \.isNewline)
      .map(String.init)
    missing = wanted.filter { !present.contains($0) }
  }

  /// Whether the file exists.
  var exists: Bool { bytes != nil }

  /// Adds the missing lines.
  ///
  /// - Throws: `DiskError`; the old content is then unchanged.
  func extend(in root: Folder, disk: any Disk) throws(DiskError) {
    guard !missing.isEmpty else { return }
    var text = bytes ?? []
    if let last = text.last, last != UInt8(ascii: "\n") { text.append(UInt8(ascii: "\n")) }
    text += Array((missing.joined(separator: "\n") + "\n").utf8)
    try AtomicFile(disk: disk).replace(ProjectLayout.gitignore, in: root, with: text)
  }
}
