package import SystemPackage

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The user that this process acts as: the effective user, as files are created and opened with its rights.
package enum CurrentUser {
  package static var id: UInt32 { geteuid() }
}

/// A file or folder that belongs to another user: why a call was not permitted.
package struct ForeignPlace: Equatable, Sendable {
  package let path: FilePath
  /// The numeric id of the owner.
  package let owner: UInt32
  /// Whether it is in a folder that a group shares (set-gid).
  package let isOfGroup: Bool

  /// Whether the superuser owns it, as after one command with `sudo`.
  package var isOfRoot: Bool { owner == 0 }

  /// The path itself, or the folder it is in, if it belongs to another user; nil if neither does.
  package static func find(_ path: FilePath) -> ForeignPlace? {
    var found: ForeignPlace?
    for place in [path, path.removingLastComponent()] where !place.isEmpty {
      var status = stat()
      guard place.withPlatformString({ lstat($0, &status) }) == 0 else { continue }
      let isOfGroup = status.st_mode & S_IFMT == S_IFDIR && status.st_mode & S_ISGID != 0
      if let known = found {
        return ForeignPlace(path: known.path, owner: known.owner, isOfGroup: known.isOfGroup || isOfGroup)
      }
      if status.st_uid != CurrentUser.id {
        found = ForeignPlace(path: place, owner: status.st_uid, isOfGroup: isOfGroup)
      }
    }
    return found
  }
}
