/// What shows later that a file or folder is still the same one, and was not changed since.
///
/// The change time alone would do if the clock never went back; a program can set it only by setting the clock.
package struct FileMark: Equatable, Sendable {
  package let device: UInt64
  package let inode: UInt64
  package let size: Int64
  /// The permission bits, and the highest bit for a folder.
  package let mode: UInt16
  /// When content, name or attributes last changed, in nanoseconds since 1970.
  package let changeTime: Int64

  private static let folderBit: UInt16 = 0x8000

  /// Nil for what is neither a file nor a folder.
  package init?(_ attributes: FileAttributes) {
    let kind: UInt16
    switch attributes.kind {
    case .file: kind = 0
    case .folder: kind = Self.folderBit
    case .link, .other: return nil
    }
    self.init(
      device: attributes.identity.device,
      inode: attributes.identity.inode,
      size: attributes.size,
      mode: UInt16(truncatingIfNeeded: attributes.mode & 0o7777) | kind,
      changeTime: attributes.changeTime
    )
  }

  /// A mark as it was written down.
  package init(device: UInt64, inode: UInt64, size: Int64, mode: UInt16, changeTime: Int64) {
    (self.device, self.inode, self.size) = (device, inode, size)
    (self.mode, self.changeTime) = (mode, changeTime)
  }

  package var isFolder: Bool { mode & Self.folderBit != 0 }

  /// Whether it is what these attributes say.
  package func matches(_ attributes: FileAttributes?) -> Bool {
    attributes.flatMap { FileMark($0) } == self
  }
}
