import SystemPackage

/// What some file systems cannot do: the one place that tells it from a failure.
///
/// Callers ask `DiskError.lacks`, and then keep their promise another way or say which promise is not kept;
/// docs/reliability.md has the table. Nothing is remembered: asking costs one call, and a mount can change. Errors that
/// are not listed, such as EIO, ENOSPC and EACCES, are failures everywhere.
package enum FileSystemAbility: String, CaseIterable, Sendable {
  /// Making the names in a folder durable: fsync(2) on the folder.
  case folderFlush = "folder_flush"
  /// Making everything durable in one call: syncfs(2).
  case wholeFlush = "whole_flush"
  /// Locking a file so that the system releases it with the process: flock(2).
  case locks
  /// Exchanging two names in one step: renameat2(2) with RENAME_EXCHANGE.
  case exchange
  /// Moving what is there to another name: rename(2). A folder of a lower overlay layer, what is mounted, and what goes
  /// to another mount cannot be moved.
  case move
  /// Giving a file a second name: link(2).
  case links
  /// Sharing blocks between files: ioctl_ficlone(2).
  case clones

  /// The values of errno by which a call says that it is not possible here.
  fileprivate var codes: [Errno] {
    switch self {
    case .folderFlush:
      // fsync(2): EINVAL and EBADF for what cannot be flushed, as FUSE, 9p and network file systems answer for folders.
      Self.absent + [.badFileDescriptor, .isDirectory, .inappropriateIOCTLForDevice]
    case .wholeFlush: Self.absent
    case .locks:
      // ENOLCK: NFS without its lock service. EBADF, EISDIR: NFS locks exclusively only what is open for writing,
      // which a folder cannot be (flock(2)).
      Self.absent + [.noLocks, .badFileDescriptor, .isDirectory]
    case .exchange:
      // EXDEV: a folder of a lower overlay layer, or one that is mounted; EBUSY: something is mounted on the name.
      Self.absent + [.improperLink, .resourceBusy]
    case .move: [.improperLink, .resourceBusy]
    case .links:
      // EPERM: link(2) without links, as on FAT, or protected_hardlinks (proc(5)), which may also give EACCES.
      Self.absent
        + [.improperLink, .notPermitted, .permissionDenied, .tooManyLinks, .inappropriateIOCTLForDevice]
    case .clones:
      Self.absent + [.improperLink, .notPermitted, .permissionDenied, .inappropriateIOCTLForDevice]
    }
  }

  /// How a file system says of any call that it does not have it; on some systems the last two differ.
  private static let absent: [Errno] = [
    .invalidArgument, .noFunction, .notSupported, .notSupportedOnSocket,
  ]
}

extension DiskError {
  /// Whether the call failed only because this file system, or this place in it, cannot do such a thing.
  package func lacks(_ ability: FileSystemAbility) -> Bool { ability.codes.contains(code) }

  /// Whether a link or clone failed only because it is not possible here, so that the caller copies (DESIGN section
  /// 9).
  package var isUnsupported: Bool {
    // ENOENT: the file that is open has no name any more, so it cannot get another one.
    lacks(.links) || lacks(.clones) || code == .noSuchFileOrDirectory
  }
}

extension Folder {
  /// What the file system cannot do here, as far as that can be tried without changing anything.
  ///
  /// - Throws: `DiskError` when the folder cannot be opened, or a call fails for another reason.
  package func lackingAbilities() throws(DiskError) -> [FileSystemAbility] {
    var lacking: [FileSystemAbility] = []
    if try !flushNames() { lacking.append(.folderFlush) }
    if try !FileLock.isPossible(in: self) { lacking.append(.locks) }
    return lacking
  }
}
