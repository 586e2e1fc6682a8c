#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The attributes of a file or folder, from stat(2).
package struct FileAttributes: Equatable, Sendable {
  /// The kinds of file that are told apart.
  package enum Kind: Sendable {
    case file, folder, link, other
  }

  /// Identifies a file among all files of this machine.
  package struct Identity: Hashable, Sendable {
    package let device: UInt64
    package let inode: UInt64
  }

  package let kind: Kind

  /// Size in bytes.
  package private(set) var size: Int64

  package let identity: Identity

  /// The numeric id of the owning user.
  package let owner: UInt32

  /// The numeric id of the group.
  package let group: UInt32

  /// The permission bits, 0o7777 at most.
  package let mode: UInt32

  /// When content, name or attributes last changed, in nanoseconds since 1970.
  ///
  /// Unlike the modification time no user program can set it.
  package private(set) var changeTime: Int64

  /// The number of hard links.
  package let linkCount: UInt64

  init(_ status: stat) {
    kind =
      switch status.st_mode & S_IFMT {
      case S_IFREG: .file
      case S_IFDIR: .folder
      case S_IFLNK: .link
      default: .other
      }
    size = Int64(status.st_size)
    identity = Identity(device: UInt64(truncatingIfNeeded: status.st_dev), inode: UInt64(status.st_ino))
    owner = status.st_uid
    group = status.st_gid
    mode = UInt32(status.st_mode) & 0o7777
    linkCount = UInt64(status.st_nlink)
    #if canImport(Darwin)
      let time = status.st_ctimespec
    #else
      let time = status.st_ctim
    #endif
    changeTime = Int64(time.tv_sec).multipliedClamped(by: 1_000_000_000).addingClamped(Int64(time.tv_nsec))
  }

  /// The attributes of a part of the file, and of what says where that part is.
  package func part(of size: Int64, changedAt time: Int64) -> FileAttributes {
    var part = self
    part.size = size
    part.changeTime = max(changeTime, time)
    return part
  }

  /// Whether a change from now on gets a later change time.
  package var isSettled: Bool { changeTime < FileTime.settled() }

  /// Whether a group works in this folder: what is made in it belongs to the group (set-gid), whose members may write.
  var isOfGroup: Bool { mode & 0o2020 == 0o2020 }

  /// The group that everything new in this folder gets (set-gid); nil where that is the user's.
  package var groupOfContent: UInt32? { mode & 0o2000 != 0 ? group : nil }

  /// Whether everyone on the machine may write to it.
  package var isWritableByEveryone: Bool { mode & 0o002 != 0 }
}
