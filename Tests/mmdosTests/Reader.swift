import Disk
import Dispatch
import Synchronization
import Testing

/// Reads on a thread of its own, so that no test blocks the ones that write.
final class Reader: Sendable {
  private final class Box: Sendable {
    let result = Mutex<[UInt8]>([])
    let ended = DispatchSemaphore(value: 0)
  }

  private let box = Box()

  init(_ descriptor: Int32, _ body: @escaping @Sendable (Int32) -> [UInt8]) throws {
    let box = box
    try SystemThread.start {
      let bytes = body(descriptor)
      box.result.withLock { $0 = bytes }
      box.ended.signal()
    }
  }

  /// Waits for the end of the body; gives up after ten seconds.
  func wait() -> [UInt8] {
    guard box.ended.wait(timeout: .now() + 10) == .success else {
      Issue.record("the reader never ended")
      return []
    }
    return box.result.withLock { $0 }
  }
}
