package import SystemPackage

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// A held `flock`: released when the value is destroyed, or by the system when the process dies.
package struct FileLock: ~Copyable, Sendable {
  /// Who may hold the lock at the same time.
  package enum Mode: Sendable {
    /// Any number of holders, and no exclusive one.
    case shared
    /// One holder and no shared ones.
    case exclusive
  }

  /// Why a lock was not acquired.
  package enum Failure: Error, Equatable, Sendable {
    /// Another process held it until the time-out.
    case busy(FilePath, waited: Duration)
    /// A system call failed.
    case disk(DiskError)
  }

  private let descriptor: CInt

  deinit { closeDescriptor(descriptor) }

  /// Acquires the lock of that name, creating its file if it does not exist.
  ///
  /// Waits for other holders up to the given time; `onWait` is called once if the lock was not free at once.
  ///
  /// - Throws: `FileLock.Failure`; if the waiting task is cancelled, `.disk` with the error of `Cancellation`.
  package static func acquire(
    _ name: FileName,
    in folder: Folder,
    _ mode: Mode,
    timeout: Duration,
    onWait: () -> Void = {}
  ) throws(Failure) -> FileLock {
    let path = folder.path.appending(name)
    let descriptor: CInt
    do { descriptor = try open(name, in: folder, O_RDWR | O_CREAT) } catch { throw .disk(error) }
    try requireFile(descriptor, path)
    return try FileLock(descriptor: descriptor, path: path, mode, timeout: timeout, onWait: onWait)
  }

  /// Acquires a shared lock for reading, without creating or changing anything.
  ///
  /// - Returns: Nil where the lock's file is missing or may not be opened: on a read-only file system
  ///   readers go on without it (DESIGN section 3.2).
  /// - Throws: `FileLock.Failure`; `.disk` for a link or another kind of file under the lock's name.
  package static func acquireForReading(
    _ name: FileName,
    in folder: Folder,
    timeout: Duration,
    onWait: () -> Void = {}
  ) throws(Failure) -> FileLock? {
    let path = folder.path.appending(name)
    let descriptor: CInt
    do {
      descriptor = try open(name, in: folder, O_RDONLY)
    } catch  where [.noSuchFileOrDirectory, .permissionDenied].contains(error.code) {
      return nil
    } catch {
      // A link, for example: reading on without the lock would mean trusting a file that somebody put there.
      throw .disk(error)
    }
    try requireFile(descriptor, path)
    return try FileLock(descriptor: descriptor, path: path, .shared, timeout: timeout, onWait: onWait)
  }

  /// Locks an open folder itself, without waiting.
  ///
  /// - Returns: Nil when another process holds the lock.
  package static func tryExclusive(on folder: Folder) throws(DiskError) -> FileLock? {
    let own = try systemCall(.lock, folder.path) {
      openat(folder.descriptor, ".", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
    }
    do {
      return try FileLock(descriptor: own, path: folder.path, .exclusive, timeout: .zero, onWait: {})
    } catch {
      switch error {
      case .busy: return nil
      case .disk(let problem): throw problem
      }
    }
  }

  /// Opens a lock's file, following no link and waiting for nothing.
  private static func open(_ name: FileName, in folder: Folder, _ flags: CInt) throws(DiskError) -> CInt {
    let path = folder.path.appending(name)
    guard name.isPlain else { throw DiskError(.lock, path, .invalidArgument) }
    return try systemCall(.lock, path) {
      name.withPlatformString {
        // The mode matters only where the file is made.
        openat(folder.descriptor, $0, flags | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0o644)
      }
    }
  }

  /// Closes the descriptor and throws unless it is a regular file (DESIGN section 1, rule 11).
  private static func requireFile(_ descriptor: CInt, _ path: FilePath) throws(Failure) {
    var status = stat()
    let code: Errno
    if fstat(descriptor, &status) != 0 {
      code = Errno(rawValue: errno)
    } else if status.st_mode & S_IFMT != S_IFREG {
      code = .invalidArgument
    } else {
      return
    }
    close(descriptor)
    throw .disk(DiskError(.lock, path, code))
  }

  private init(
    descriptor: CInt,
    path: FilePath,
    _ mode: Mode,
    timeout: Duration,
    onWait: () -> Void
  ) throws(Failure) {
    let operation = (mode == .shared ? LOCK_SH : LOCK_EX) | LOCK_NB
    let start = ContinuousClock.now
    var hasWaited = false
    while flock(descriptor, operation) != 0 {
      let code = errno
      let waited = ContinuousClock.now - start
      guard code == EWOULDBLOCK || code == EINTR else {
        close(descriptor)
        throw .disk(DiskError(.lock, path, Errno(rawValue: code)))
      }
      guard waited < timeout else {
        close(descriptor)
        throw .busy(path, waited: waited)
      }
      if Cancellation.isRequested {
        close(descriptor)
        throw .disk(.cancelled)
      }
      if !hasWaited { onWait() }
      hasWaited = true
      // flock has no time-out, so it is tried every 10 ms: often enough to react quickly, seldom enough to cost
      // little.
      usleep(10_000)
    }
    self.descriptor = descriptor
  }
}
