import Dispatch
import Synchronization

/// Runs independent pieces of work on all cores.
package enum Parallel {
  /// Calls `body` once for every index, on several threads, and waits for all of them.
  ///
  /// After a failure no new index is started. On every thread `Cancellation` asks the task that called this function.
  ///
  /// - Throws: The first failure.
  package static func forEach<Failure: Error>(
    count: Int,
    _ body: @Sendable (Int) throws(Failure) -> Void
  ) throws(Failure) {
    let failure = Mutex<Failure?>(nil)
    // Each thread takes several indices at a time, because taking one costs noticeable time with small files.
    let stride = max(1, min(64, count / 64))
    withUnsafeCurrentTask { task in
      let asker = Cancellation.asker(of: task)
      DispatchQueue.concurrentPerform(iterations: (count + stride - 1) / stride) { turn in
        Cancellation.asking(asker) {
          for index in (turn * stride)..<min(count, (turn + 1) * stride) {
            if failure.withLock({ $0 != nil }) { return }
            do throws(Failure) {
              try body(index)
            } catch {
              failure.withLock { $0 = $0 ?? error }
            }
          }
        }
      }
    }
    if let error = failure.withLock({ $0 }) { throw error }
  }
}
