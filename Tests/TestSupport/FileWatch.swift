import Foundation
import Synchronization
package import SystemPackage

/// Wakes a test when a program opens a file, or changes something below a folder: Linux's inotify.
package final class FileWatch: Sendable {
  /// What is watched.
  package enum Subject: Sendable {
    /// That somebody opens this file, which must exist.
    case opening(FilePath)
    /// That something below this folder is made, written to its end, or renamed.
    case changes(FilePath)
  }

  /// A call that failed.
  package struct Failure: Error {
    package let errno: Errno
  }

  /// Whether the system has inotify.
  package static var isAvailable: Bool {
    #if os(Linux)
      true
    #else
      false
    #endif
  }

  private let subject: Subject
  private let descriptor: Int32
  private let happened = Mutex(false)

  /// Begins to watch: nothing that happens from here on is missed.
  package init(_ subject: Subject) throws {
    self.subject = subject
    #if os(Linux)
      descriptor = inotify_init1(Int32(IN_CLOEXEC) | Int32(IN_NONBLOCK))
    #else
      (descriptor, errno) = (-1, ENOSYS)
    #endif
    guard descriptor >= 0 else { throw Failure(errno: Errno(rawValue: errno)) }
    guard watch() else { throw Failure(errno: Errno(rawValue: errno)) }
  }

  deinit { close(descriptor) }

  /// Whether anything has happened, as far as a wait has heard of it.
  package var hasHappened: Bool { happened.withLock { $0 } }

  /// Waits until the condition holds, asked whenever something has happened; false if the program ended without it.
  ///
  /// The time limit is that of the program.
  package func wait(
    for running: RunningProgram,
    until holds: @escaping @Sendable () -> Bool
  ) async throws -> Bool {
    let stop = try FileDescriptor.pipe()
    // A thread of its own: what blocks must not take the few threads that async code shares.
    Thread.detachNewThread {
      while self.takeEvents(orEndOf: stop.readEnd) { running.announce() }
      try? stop.readEnd.close()
    }
    let result = await running.wait(until: holds)
    try stop.writeEnd.close()
    return result
  }

  /// Blocks until something has happened; false once the other end of a pipe is closed.
  private func takeEvents(orEndOf stop: FileDescriptor) -> Bool {
    var polls = [descriptor, stop.rawValue].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
    while poll(&polls, nfds_t(polls.count), -1) < 0, errno == EINTR {}
    guard polls[1].revents == 0 else { return false }
    var buffer = [UInt8](repeating: 0, count: 4096)
    while read(descriptor, &buffer, buffer.count) > 0 {}
    // A folder that was just made is watched before anybody looks into it.
    _ = watch()
    happened.withLock { $0 = true }
    return true
  }

  private func watch() -> Bool {
    #if os(Linux)
      switch subject {
      case .opening(let file): return inotify_add_watch(descriptor, file.string, UInt32(IN_OPEN)) >= 0
      case .changes(let root):
        let mask = UInt32(IN_CREATE | IN_CLOSE_WRITE | IN_MOVED_TO)
        guard inotify_add_watch(descriptor, root.string, mask) >= 0 else { return false }
        let below = FileManager.default.enumerator(atPath: root.string)
        while let name = below?.nextObject() as? String {
          // One that has gone since is not watched, and neither is a file.
          _ = inotify_add_watch(descriptor, root.appending(name).string, mask | UInt32(IN_ONLYDIR))
        }
        return true
      }
    #else
      return false
    #endif
  }
}
