import Dispatch
import Synchronization
import Testing

@testable import Disk

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

@Suite(.timeLimit(.minutes(1))) struct SystemThreadTests {
  @Test(arguments: [true, false]) func onlyAThreadThatTakesSignalsCanBeInterrupted(takesSignals: Bool) async {
    // Test threads may block signals themselves, so one that does not starts the other.
    let (inner, outer) = await withCheckedContinuation { continuation in
      startOrRecord {
        allowTermination()
        let ended = DispatchSemaphore(value: 0)
        let isBlocked = MaskNote()
        startOrRecord(takesSignals: takesSignals) {
          isBlocked.set(blocksTermination())
          ended.signal()
        }
        ended.wait()
        continuation.resume(returning: (isBlocked.value, blocksTermination()))
      }
    }
    #expect(inner == !takesSignals)
    #expect(!outer, "the mask of the thread that starts another is as before")
  }

  @Test func aStackOfTheWantedSizeIsThere() async {
    let depth = await withCheckedContinuation { continuation in
      do {
        try SystemThread.start(stackBytes: 8 << 20) {
          continuation.resume(returning: useStack(bytes: 4 << 20))
        }
      } catch {
        Issue.record(error)
        continuation.resume(returning: 0)
      }
    }
    #expect(depth == 4 << 20)
  }
}

/// Starts a thread; runs the body here where that fails, so that nothing waits for it in vain.
private func startOrRecord(
  stackBytes: Int = 1 << 20,
  takesSignals: Bool = true,
  _ body: @escaping @Sendable () -> Void
) {
  do { try SystemThread.start(stackBytes: stackBytes, takesSignals: takesSignals, body) } catch {
    Issue.record(error)
    body()
  }
}

private func allowTermination() {
  var mask = sigset_t()
  sigemptyset(&mask)
  sigaddset(&mask, SIGTERM)
  pthread_sigmask(SIG_UNBLOCK, &mask, nil)
}

private func blocksTermination() -> Bool {
  var mask = sigset_t()
  pthread_sigmask(SIG_BLOCK, nil, &mask)
  return sigismember(&mask, SIGTERM) == 1
}

/// Uses so much stack at once; on a smaller one the process dies.
private func useStack(bytes: Int) -> Int {
  withUnsafeTemporaryAllocation(byteCount: bytes, alignment: 1) { stack in
    for index in stride(from: 0, to: stack.count, by: 4096) { stack[index] = 1 }
    return stack.count
  }
}

/// What a thread found out about its mask.
private final class MaskNote: Sendable {
  private let state = Mutex<Bool?>(nil)
  var value: Bool? { state.withLock { $0 } }
  func set(_ isBlocked: Bool) { state.withLock { $0 = isBlocked } }
}
