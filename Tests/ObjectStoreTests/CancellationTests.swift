import Dispatch
import Foundation
import Synchronization
import TestSupport
import Testing

@testable import Disk
@testable import ObjectStore

/// Threads for what blocks: the few that async code shares may all be needed by other tests.
private final class OwnThreads: TaskExecutor {
  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    Thread.detachNewThread { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
  }
}

/// Blocking work that ends with the task it is done for.
@Suite(.timeLimit(.minutes(1))) struct CancellationTests {
  /// What a body gives that is run by a task which was cancelled before.
  private func cancelled<Value: Sendable>(
    _ body: @Sendable @escaping () throws -> Value
  ) async -> Result<Value, any Error> {
    let task = Task {
      while !Task.isCancelled { await Task.yield() }
      return try body()
    }
    task.cancel()
    return await task.result
  }

  private func isCancellation(_ result: Result<some Any, any Error>) -> Bool {
    guard case .failure(let error) = result else { return false }
    return switch error {
    case let error as DiskError: error.isCancellation
    case ObjectStoreError.disk(let error): error.isCancellation
    case FileLock.Failure.disk(let error): error.isCancellation
    default: false
    }
  }

  @Test func nothingIsCancelledThatNobodyCancelled() {
    #expect(!Cancellation.isRequested)
    Parallel.forEach(count: 100) { _ throws(Never) in #expect(!Cancellation.isRequested) }
    let wasRequested = Mutex<Bool?>(nil)
    let isDone = DispatchSemaphore(value: 0)
    DispatchQueue.global().async {
      wasRequested.withLock { $0 = Cancellation.isRequested }
      isDone.signal()
    }
    isDone.wait()
    #expect(wasRequested.withLock { $0 } == false)
  }

  @Test func everyThreadAsksTheTaskItWorksFor() async throws {
    let count = try await cancelled {
      let count = Mutex(0)
      Parallel.forEach(count: 10) { _ throws(Never) in
        Parallel.forEach(count: 1_000) { _ throws(Never) in
          if Cancellation.isRequested { count.withLock { $0 += 1 } }
        }
      }
      return count.withLock { $0 }
    }.get()
    #expect(count == 10_000)
  }

  @Test func waitingForALockEndsWithItsTask() async throws {
    let scratch = try ScratchFolder("lock")
    let folder = try Folder.open(scratch.path)
    let held = try FileLock.acquire("lock", in: folder, .exclusive, timeout: .zero)
    let (waits, continuation) = AsyncStream<Void>.makeStream()
    let task = Task(executorPreference: OwnThreads()) {
      _ = try FileLock.acquire("lock", in: folder, .shared, timeout: .seconds(50)) { continuation.yield() }
    }
    for await _ in waits { break }
    let start = ContinuousClock.now
    task.cancel()
    #expect(isCancellation(await task.result))
    #expect(ContinuousClock.now - start < .seconds(1))
    _ = consume held
  }

  @Test func freeLockIsTakenWhateverBecomesOfTheTask() async throws {
    // What ends a command, such as giving a batch its names, must not fail because the command was told to end.
    let scratch = try ScratchFolder("lock")
    let folder = try Folder.open(scratch.path)
    try await cancelled { _ = try FileLock.acquire("lock", in: folder, .exclusive, timeout: .zero) }.get()
  }

  @Test func readingEndsWithItsTask() async throws {
    let store = try TestStore()
    let tree = try store.commitTree(["a": "one", "b/c": "two"])
    let snapshot = try store.commitSnapshot(of: tree)
    let opened = try store.open()
    #expect(isCancellation(await cancelled { try opened.readTree(tree) }))
    #expect(isCancellation(await cancelled { try opened.verify(snapshot, size: nil) }))
    #expect(isCancellation(await cancelled { try Fsck.check(opened, snapshots: [snapshot]) }))
    #expect(isCancellation(await cancelled { try Reachability.mark(snapshots: [snapshot], in: opened) }))
  }

  @Test func sweepingAndRemovingEndWithTheirTask() async throws {
    let store = try TestStore()
    let id = try store.commit("garbage")
    let opened = try store.open()
    let garbage = try GarbageCollection.findEverything(in: opened)
    #expect(isCancellation(await cancelled { try garbage.sweep() }))
    #expect(try store.open().contains(id))
    let disk = PosixDisk()
    let folder = opened.folder
    let name = StoreLayout.fanOut(id.firstByte)
    #expect(isCancellation(await cancelled { try disk.removeRecursively(name, in: folder) }))
    #expect(try store.open().contains(id))
  }

  @Test func whatAKilledProcessLeftSurvivesACancelledHeir() async throws {
    let store = try TestStore()
    var batch: ObjectBatch? = try ObjectBatch(store: store.open())
    let id = try #require(try batch?.add(Array("proven".utf8)))
    batch = nil
    let opened = try store.open()
    #expect(
      isCancellation(
        await cancelled { try ObjectBatch(store: opened, adopting: TestStore.adoption).commit() }
      )
    )
    let next = try ObjectBatch(store: store.open(), adopting: TestStore.adoption)
    #expect(next.contains(id))
    try next.commit()
    #expect(try store.open().contains(id))
  }

  @Test func committingIsNotCutShort() async throws {
    let store = try TestStore()
    let batch = try ObjectBatch(store: store.open())
    let id = try batch.add(Array("proven".utf8))
    try await cancelled { try batch.commit() }.get()
    #expect(try store.open().contains(id))
  }
}
