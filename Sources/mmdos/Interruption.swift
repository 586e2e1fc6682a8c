import CPlatform

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Turns the first SIGINT or SIGTERM into one call of a closure; the second ends the program at once.
struct Interruption {
  /// Where a byte comes when a signal did; negative where there is no pipe, and signals do what they always do.
  private let descriptor: Int32

  /// Begins to listen; a signal that came before did what it always does.
  init() {
    descriptor = mmdos_catch_interruptions()
  }

  /// Calls a closure once a signal came, also one that came since `init`.
  func notify(_ body: @escaping @Sendable () -> Void) {
    guard descriptor >= 0 else { return }
    WorkThread.start { [descriptor] in
      var byte: UInt8 = 0
      // No end of file: we hold the other end ourselves.
      while read(descriptor, &byte, 1) < 0, errno == EINTR {}
      body()
    }
  }

  /// The exit code that tells of the signal; nil when none came.
  static var exitCode: Int32? {
    let number = mmdos_interruption()
    return number == 0 ? nil : 128 + number
  }
}
