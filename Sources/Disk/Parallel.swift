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
        run(body, for: (turn * stride)..<min(count, (turn + 1) * stride), asker, failure)
      }
    }
    if let error = failure.withLock({ $0 }) { throw error }
  }

  /// As `forEach`, for work that waits for the disk and not for a core: on more threads than there are cores, because
  /// a file system makes durable together what is flushed at the same time.
  ///
  /// - Throws: The first failure.
  package static func forEachWaiting<Failure: Error>(
    count: Int,
    _ body: @escaping @Sendable (Int) throws(Failure) -> Void
  ) throws(Failure) {
    let turns = Turns<Failure>(count: count)
    withUnsafeCurrentTask { task in
      let asker = Cancellation.asker(of: task)
      withThreads(min(count, waitingThreads)) {
        while let index = turns.take() { run(body, for: index..<(index + 1), asker, turns.failure) }
      }
    }
    if let error = turns.failure.withLock({ $0 }) { throw error }
  }

  /// Works on batches of items while its caller makes the next ones: one batch after the other, each on all cores.
  ///
  /// Work that was added and is not done yet goes on until it is done, so `finish` has to be called in any case.
  package final class Batches<Item: Sendable>: Sendable {
    /// How many batches wait or are worked on.
    private static var maximumWaiting: Int { 2 }

    private let body: @Sendable (Item) throws -> Void
    private let queue = DispatchQueue(label: "batches")
    private let room = DispatchSemaphore(value: maximumWaiting)
    private let failure = Mutex<(any Error)?>(nil)

    package init(_ body: @escaping @Sendable (Item) throws -> Void) {
      self.body = body
    }

    /// Adds a batch; waits as long as enough others do.
    ///
    /// - Throws: The first failure; nothing more is done then.
    package func add(_ items: [Item]) throws {
      try throwFailure()
      room.wait()
      queue.async { [self] in
        defer { room.signal() }
        if failure.withLock({ $0 != nil }) { return }
        do { try Parallel.forEach(count: items.count) { try body(items[$0]) } } catch {
          failure.withLock { $0 = $0 ?? error }
        }
      }
    }

    /// Waits until everything that was added is done.
    ///
    /// - Throws: The first failure.
    package func finish() throws {
      queue.sync {}
      try throwFailure()
    }

    private func throwFailure() throws {
      if let error = failure.withLock({ $0 }) { throw error }
    }
  }

  /// Each may have some files and folders open, of which there may be few.
  private static let waitingThreads = min(32, max(1, Int(clamping: (OpenFiles.limit ?? 0) / 16)))

  /// The indices that are left, for threads that take one at a time.
  private final class Turns<Failure: Error>: Sendable {
    let failure = Mutex<Failure?>(nil)
    private let count: Int
    private let next = Atomic(0)

    init(count: Int) {
      self.count = count
    }

    func take() -> Int? {
      let index = next.add(1, ordering: .relaxed).oldValue
      return index < count ? index : nil
    }
  }

  /// Calls `body` for some indices, until one call on any thread fails.
  private static func run<Failure: Error>(
    _ body: @Sendable (Int) throws(Failure) -> Void,
    for indices: Range<Int>,
    _ asker: Cancellation.Asker?,
    _ failure: borrowing Mutex<Failure?>
  ) {
    Cancellation.asking(asker) {
      for index in indices {
        if failure.withLock({ $0 != nil }) { return }
        do throws(Failure) {
          try body(index)
        } catch {
          failure.withLock { $0 = $0 ?? error }
        }
      }
    }
  }

  /// Runs `body` on so many threads, this one among them, and waits until it has returned on all of them.
  private static func withThreads(_ count: Int, _ body: @escaping @Sendable () -> Void) {
    let done = DispatchGroup()
    for _ in 1..<max(1, count) {
      done.enter()
      do {
        try SystemThread.start {
          body()
          done.leave()
        }
      } catch {
        // The system gives no more threads: those that there are do the work.
        done.leave()
        break
      }
    }
    body()
    done.wait()
  }
}
