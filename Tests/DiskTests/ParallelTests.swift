import Dispatch
import Synchronization
import Testing

@testable import Disk

struct ParallelTests {
  @Test(arguments: [0, 1, 2, 63, 64, 65, 4095, 4096, 4097, 10_000])
  func everyIndexComesOnce(count: Int) {
    let seen = Mutex([Int](repeating: 0, count: count))
    Parallel.forEach(count: count) { index throws(Never) in seen.withLock { $0[index] += 1 } }
    #expect(seen.withLock { $0.allSatisfy { $0 == 1 } })
  }

  @Test(arguments: [0, 1, 2, 31, 32, 33, 1000])
  func everyIndexComesOnceAlsoOnThreadsThatWait(count: Int) {
    let seen = Mutex([Int](repeating: 0, count: count))
    Parallel.forEachWaiting(count: count) { index throws(Never) in seen.withLock { $0[index] += 1 } }
    #expect(seen.withLock { $0.allSatisfy { $0 == 1 } })
  }

  @Test(.timeLimit(.minutes(1))) func thoseThatWaitDoSoTogether() {
    // Each goes on only when all have begun.
    let begun = Mutex(0)
    let all = DispatchSemaphore(value: 0)
    Parallel.forEachWaiting(count: 16) { _ throws(Never) in
      let count = begun.withLock { count in
        count += 1
        return count
      }
      if count == 16 { for _ in 0..<16 { all.signal() } }
      all.wait()
    }
    #expect(begun.withLock { $0 } == 16)
  }

  @Test func failureOfOneThatWaitsIsThrown() {
    struct Failure: Error, Equatable { let index: Int }
    #expect(throws: Failure(index: 7)) {
      try Parallel.forEachWaiting(count: 20) { index throws(Failure) in
        if index == 7 { throw Failure(index: index) }
      }
    }
  }

  @Test func failureIsThrownAndStopsWhatHasNotBegun() {
    struct Failure: Error, Equatable {}
    let calls = Mutex(0)
    #expect(throws: Failure()) {
      try Parallel.forEach(count: 100_000) { _ throws(Failure) in
        calls.withLock { $0 += 1 }
        throw Failure()
      }
    }
    #expect(calls.withLock { $0 } < 1000)
  }
}
