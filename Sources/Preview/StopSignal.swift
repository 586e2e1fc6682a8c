#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif
import CPlatform
package import SystemPackage

/// Ends all waits of the threads that share it; it cannot be reset.
///
/// A thread that waits for a socket also waits for this, so no thread has to close or shut down a descriptor that
/// another one uses.
package final class StopSignal: Sendable {
  /// Readable from `fire()` on.
  let descriptor: CInt
  private let otherEnd: CInt

  /// Creates a signal that was not given yet.
  ///
  /// - Throws: The error of socketpair(2).
  package init() throws(Errno) {
    var ends: [CInt] = [-1, -1]
    guard mmdos_socket_pair(&ends) == 0 else { throw Errno(rawValue: errno) }
    (descriptor, otherEnd) = (ends[0], ends[1])
  }

  deinit {
    close(descriptor)
    close(otherEnd)
  }

  /// Ends all current and all future waits.
  package func fire() {
    // The byte is never read, so every thread sees it. If its buffer is full, there is a byte in it already.
    var byte: UInt8 = 1
    while send(otherEnd, &byte, 1, Socket.sendFlags) < 0, errno == EINTR {}
  }
}
