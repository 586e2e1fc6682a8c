package import SystemPackage

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// A held `flock`: released when the value is destroyed, or by the system when the process dies.
///
/// On a file system without `flock` an `OwnerFile` takes its place for whoever writes; readers go on without a lock.
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

  /// What is behind the names of owner files, after that of the lock's own file.
  package static let ownerSuffix = ".held"

  /// Whether a path is that of an owner file, which its process may have left behind.
  package static func isOwnerFile(_ path: FilePath) -> Bool {
    path.lastComponent?.string.hasSuffix(ownerSuffix) ?? false
  }

  private enum Hold: Sendable {
    case descriptor(CInt)
    case owner(OwnerFile)
  }

  private let hold: Hold

  private init(_ hold: Hold) { self.hold = hold }

  deinit {
    switch hold {
    case .descriptor(let descriptor): Self.release(descriptor)
    case .owner(let file): file.release()
    }
  }

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
    do {
      return try FileLock(descriptor: descriptor, path: path, mode, timeout: timeout, onWait: onWait)
    } catch .disk(let error) where error.lacks(.locks) {
      // Another way to the same promise follows.
    }
    let owner = try wait(for: folder.path.appending(name.string + ownerSuffix), timeout, onWait) {
      () throws(DiskError) in try OwnerFile.tryMake(for: name, in: folder, mode)
    }
    return FileLock(.owner(owner))
  }

  /// Acquires a shared lock for reading, without creating or changing anything.
  ///
  /// - Returns: Nil where the lock's file is missing or may not be opened, or cannot be locked: on a read-only file
  ///   system, or one without locks, readers go on without it (DESIGN section 3.2).
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
    do {
      return try FileLock(descriptor: descriptor, path: path, .shared, timeout: timeout, onWait: onWait)
    } catch .disk(let error) where error.lacks(.locks) {
      return nil
    }
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
      guard case .disk(let problem) = error else { return nil }
      guard problem.lacks(.locks) else { throw problem }
      guard let file = try OwnerFile.tryMake(for: folderLock, in: folder, .exclusive) else { return nil }
      return FileLock(.owner(file))
    }
  }

  /// Whether files in this folder can be locked.
  static func isPossible(in folder: Folder) throws(DiskError) -> Bool {
    let own = try systemCall(.lock, folder.path) {
      openat(folder.descriptor, ".", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
    }
    defer { release(own) }
    do {
      _ = try tryLock(own, folder.path, .shared)
      return true
    } catch  where error.lacks(.locks) {
      return false
    }
  }

  /// The name from which that of a folder's owner file is made.
  private static let folderLock: FileName = "tmp_lock"

  /// Opens a lock's file, following no link and waiting for nothing.
  private static func open(_ name: FileName, in folder: Folder, _ flags: CInt) throws(DiskError) -> CInt {
    let path = folder.path.appending(name)
    guard name.isPlain else { throw DiskError(.lock, path, .invalidArgument) }
    let mode = try folder.sharing(0o644)
    return try systemCall(.lock, path) {
      name.withPlatformString {
        // The mode matters only where the file is made.
        openat(folder.descriptor, $0, flags | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, mode)
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

  /// Takes over the descriptor and locks it; it is closed if that fails.
  private init(
    descriptor: CInt,
    path: FilePath,
    _ mode: Mode,
    timeout: Duration,
    onWait: () -> Void
  ) throws(Failure) {
    self.init(.descriptor(descriptor))
    try Self.wait(for: path, timeout, onWait) { () throws(DiskError) in
      try Self.tryLock(descriptor, path, mode) ? () : nil
    }
  }

  /// Tries until it succeeds or the time is over.
  ///
  /// - Throws: `FileLock.Failure`.
  private static func wait<Held>(
    for path: FilePath,
    _ timeout: Duration,
    _ onWait: () -> Void,
    _ attempt: () throws(DiskError) -> Held?
  ) throws(Failure) -> Held {
    let start = ContinuousClock.now
    var hasWaited = false
    do throws(DiskError) {
      while true {
        if let held = try attempt() { return held }
        let waited = ContinuousClock.now - start
        guard waited < timeout else { break }
        try Cancellation.check()
        if !hasWaited { onWait() }
        hasWaited = true
        // Neither kind of lock has a time-out, so it is tried every 10 ms: often enough to react quickly, seldom enough
        // to cost little.
        usleep(10_000)
      }
    } catch {
      throw .disk(error)
    }
    throw .busy(path, waited: ContinuousClock.now - start)
  }

  /// Gives the lock up and closes the descriptor.
  ///
  /// Closing alone would not do: the lock belongs to what was opened, and is held until every descriptor of that is closed
  /// (flock(2)). A program that another thread starts meanwhile has one from its fork to its exec, O_CLOEXEC or not.
  private static func release(_ descriptor: CInt) {
    // A failure is that nothing was locked, or that the file system has no locks; closing is all that is left then.
    _ = flock(descriptor, LOCK_UN)
    closeDescriptor(descriptor)
  }

  /// - Returns: False when another process holds the lock.
  private static func tryLock(
    _ descriptor: CInt,
    _ path: FilePath,
    _ mode: Mode
  ) throws(DiskError) -> Bool {
    do {
      try systemCall(.lock, path) { flock(descriptor, (mode == .shared ? LOCK_SH : LOCK_EX) | LOCK_NB) }
      return true
    } catch  where error.code == .wouldBlock {
      return false
    }
  }
}
