import Synchronization
import Testing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Reads on a thread of its own, so that no test blocks the ones that write.
final class Reader: Sendable {
  private final class Box: Sendable {
    let result = Mutex<[UInt8]?>(nil)
  }

  private let box = Box()

  init(_ descriptor: Int32, _ body: @escaping @Sendable (Int32) -> [UInt8]) {
    let box = box
    Thread.detach {
      let bytes = body(descriptor)
      box.result.withLock { $0 = bytes }
    }
  }

  /// Waits for the end of the body; gives up after ten seconds.
  func wait() -> [UInt8] {
    for _ in 0..<10_000 {
      if let result = box.result.withLock({ $0 }) { return result }
      usleep(1000)
    }
    Issue.record("the reader never ended")
    return []
  }
}

private enum Thread {
  private final class Body {
    let run: @Sendable () -> Void
    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
  }

  static func detach(_ run: @escaping @Sendable () -> Void) {
    #if canImport(Darwin)
      var thread: pthread_t?
    #else
      var thread = pthread_t()
    #endif
    let argument = Unmanaged.passRetained(Body(run)).toOpaque()
    let code = pthread_create(&thread, nil, threadMain, argument)
    precondition(code == 0, "a thread for the test")
  }

  #if canImport(Darwin)
    private static let threadMain: @convention(c) (UnsafeMutableRawPointer) -> UnsafeMutableRawPointer? = {
      Unmanaged<Body>.fromOpaque($0).takeRetainedValue().run()
      return nil
    }
  #else
    private static let threadMain: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = {
      if let argument = $0 { Unmanaged<Body>.fromOpaque(argument).takeRetainedValue().run() }
      return nil
    }
  #endif
}
