import CPlatform

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Catches the first SIGINT or SIGTERM; the second ends the program at once.
struct Interruption {
  /// Readable once a signal arrived; negative if there is no pipe, and signals have their default effect.
  private let descriptor: Int32

  /// Begins to handle signals; earlier ones had their default effect.
  init() {
    descriptor = mmdos_catch_interruptions()
  }

  /// Returns when a signal arrived, also one since `init`.
  func wait() {
    guard descriptor >= 0 else { Self.waitForEnd() }
    var byte: UInt8 = 0
    // There is no end of file, because this process holds the other end of the pipe.
    while read(descriptor, &byte, 1) < 0, errno == EINTR {}
  }

  /// Waits until another thread ends the process.
  static func waitForEnd() -> Never {
    while true { pause() }
  }

  /// The exit code for the signal that arrived; nil when none did.
  static var exitCode: Int32? {
    let number = mmdos_interruption()
    return number == 0 ? nil : 128 + number
  }
}
