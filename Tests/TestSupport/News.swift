import Synchronization

/// Wakes tasks that wait for something to change.
package final class News: Sendable {
  private let waiting = Mutex<[CheckedContinuation<Void, Never>]>([])

  package init() {}

  /// Says that something has changed; to be called after the change, and not under a lock that `wait` needs.
  package func announce() {
    let woken = waiting.withLock { waiting in
      defer { waiting = [] }
      return waiting
    }
    for continuation in woken { continuation.resume() }
  }

  /// Waits until the condition holds or the task is cancelled.
  package func wait(until isOver: @Sendable () -> Bool) async {
    while !Task.isCancelled, !isOver() {
      await withTaskCancellationHandler {
        await withCheckedContinuation { continuation in
          let mustWait = waiting.withLock { waiting in
            // Asked again under the lock: what changes from here on is announced after it.
            guard !Task.isCancelled, !isOver() else { return false }
            waiting.append(continuation)
            return true
          }
          if !mustWait { continuation.resume() }
        }
      } onCancel: {
        announce()
      }
    }
  }
}
