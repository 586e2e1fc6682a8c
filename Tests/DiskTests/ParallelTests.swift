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
