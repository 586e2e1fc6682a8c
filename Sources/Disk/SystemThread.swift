#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif
package import SystemPackage

/// Threads that may block, unlike those that run Swift's tasks.
package enum SystemThread {
  private final class Body: Sendable {
    let run: @Sendable () -> Void
    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
  }

  /// Starts a thread that ends after `body`; it is not joined.
  ///
  /// `stackBytes`: The size of its stack. The systems' own defaults are too different: 8 MiB in glibc, and 128 KiB in
  /// Musl, which is not enough for Swift code.
  /// `takesSignals`: Whether signals sent to the process may interrupt it.
  package static func start(
    stackBytes: Int = 1 << 20,
    takesSignals: Bool = true,
    _ body: @escaping @Sendable () -> Void
  ) throws(Errno) {
    let code = takesSignals ? create(stackBytes, body) : SignalMask.blockingAll { create(stackBytes, body) }
    guard code == 0 else { throw Errno(rawValue: code) }
  }

  private static func create(_ stackBytes: Int, _ body: @escaping @Sendable () -> Void) -> CInt {
    // Memory, not `pthread_attr_t()`: in this target the type counts as one of a C module that cannot be imported.
    withUnsafeTemporaryAllocation(of: pthread_attr_t.self, capacity: 1) { memory in
      guard let attributes = memory.baseAddress else { return ENOMEM }
      pthread_attr_init(attributes)
      defer { pthread_attr_destroy(attributes) }
      pthread_attr_setdetachstate(attributes, CInt(PTHREAD_CREATE_DETACHED))
      pthread_attr_setstacksize(attributes, stackBytes)
      #if canImport(Darwin)
        var thread: pthread_t?
      #else
        var thread = pthread_t()
      #endif
      let argument = Unmanaged.passRetained(Body(body))
      let code = pthread_create(&thread, attributes, main, argument.toOpaque())
      if code != 0 { argument.release() }
      return code
    }
  }

  #if canImport(Darwin)
    private static let main: @convention(c) (UnsafeMutableRawPointer) -> UnsafeMutableRawPointer? = {
      Unmanaged<Body>.fromOpaque($0).takeRetainedValue().run()
      return nil
    }
  #else
    private static let main: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = {
      if let argument = $0 { Unmanaged<Body>.fromOpaque(argument).takeRetainedValue().run() }
      return nil
    }
  #endif
}
