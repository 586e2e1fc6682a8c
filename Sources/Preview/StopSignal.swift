#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif
import CPlatform
package import SystemPackage

/// Ends every wait of the threads that share it, once and for all.
///
/// A thread that waits for a socket waits for this too, so that no thread ever has to close or shut down a
/// descriptor that another one uses.
package final class StopSignal: Sendable {
  /// Readable from `fire()` on.
  let descriptor: CInt
  private let otherEnd: CInt

  /// Makes a signal that was not given yet.
  package init() throws(Errno) {
    var ends: [CInt] = [-1, -1]
    guard mmdos_socket_pair(&ends) == 0 else { throw Errno(rawValue: errno) }
    (descriptor, otherEnd) = (ends[0], ends[1])
  }

  deinit {
    close(descriptor)
    close(otherEnd)
  }

  /// Ends all waits there are and all that are still to come.
  package func fire() {
    // Nobody reads the byte, so it is there for every thread. That none fits any more means that one is there.
    var byte: UInt8 = 1
    while send(otherEnd, &byte, 1, Socket.sendFlags) < 0, errno == EINTR {}
  }
}
