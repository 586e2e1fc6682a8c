package import Disk
package import SystemPackage

/// The file `info/alternates`: one absolute path per line.
///
/// It may have been written by another program, so a line can be anything; editing keeps the other lines as they are.
package enum AlternatesList {
  /// One line, without its line break.
  package struct Line: Equatable, Sendable {
    fileprivate let bytes: [UInt8]

    /// A line for a path that `canHold` accepts.
    package init(_ path: FilePath) {
      bytes = Array(path.string.utf8)
    }

    fileprivate init(bytes: [UInt8]) {
      self.bytes = bytes
    }

    /// What the line names, whether or not it exists; bytes that are not UTF-8 are replaced.
    package var path: FilePath { FilePath(String(decoding: bytes, as: UTF8.self)) }
  }

  /// Reads the paths, whether or not they exist; an absent file is an empty list.
  ///
  /// - Throws: `DiskError`.
  package static func read(in objects: Folder) throws(DiskError) -> [FilePath] {
    try lines(in: objects).map(\.path)
  }

  /// Reads the lines that are not empty.
  ///
  /// - Throws: `DiskError`.
  package static func lines(in objects: Folder) throws(DiskError) -> [Line] {
    guard let info = try objects.findFolder(StoreLayout.info),
      let bytes = try info.findBytes(StoreLayout.alternates, limit: 1 << 20)
    else { return [] }
    return parse(bytes)
  }

  /// The lines of a list that are not empty.
  package static func parse(_ bytes: [UInt8]) -> [Line] {
    bytes.split(separator: UInt8(ascii: "\n")).map { Line(bytes: Array($0)) }
  }

  /// Whether the file can hold a path: absolute, valid UTF-8, and without a line break.
  package static func canHold(_ path: FilePath) -> Bool {
    path.isAbsolute && FilePath(path.string) == path && !path.string.utf8.contains(UInt8(ascii: "\n"))
  }

  /// Replaces the list, durably; for an empty list the file is removed.
  ///
  /// - Throws: `DiskError`; then either the old list or the new one is in place.
  package static func write(_ lines: [Line], in objects: Folder, disk: any Disk) throws(DiskError) {
    let info = try disk.ensureFolder(StoreLayout.info, in: objects)
    if lines.isEmpty {
      try disk.removeFile(StoreLayout.alternates, in: info)
      try disk.synchronize(info)
    } else {
      let text = lines.flatMap { $0.bytes + [UInt8(ascii: "\n")] }
      try AtomicFile(disk: disk).replace(StoreLayout.alternates, in: info, with: text)
      try disk.synchronize(objects)
    }
  }
}
