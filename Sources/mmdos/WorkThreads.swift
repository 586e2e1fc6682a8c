import Disk
import Dispatch
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Threads that commands run on, so that they may block: Swift's own are few, and must never wait.
///
/// A command is one task that prefers these threads, and so do all tasks below it: reading, hashing and waiting for a
/// lock need no further care.
final class WorkThreads: TaskExecutor {
  private struct State: Sendable {
    /// In order of arrival; those before `next` are done.
    var jobs: [UnownedJob] = []
    var next = 0
    var idleCount = 0
    var threadCount = 0

    mutating func take() -> UnownedJob? {
      guard next < jobs.count else { return nil }
      defer {
        next += 1
        if next == jobs.count { (jobs, next) = ([], 0) }
      }
      return jobs[next]
    }
  }

  /// How many may run at once: a few more than there are cores, for those that wait for the disk.
  private let limit: Int
  private let state = Mutex(State())
  private let work = DispatchSemaphore(value: 0)

  init(limit: Int = max(1, sysconf(processorCount)) + 4) {
    self.limit = limit
  }

  /// Takes a job; a thread is started for it if none is free.
  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    let needsThread = state.withLock { state in
      state.jobs.append(job)
      let isNeeded = state.idleCount < state.jobs.count - state.next && state.threadCount < limit
      if isNeeded { state.threadCount += 1 }
      return isNeeded
    }
    if needsThread { WorkThread.start { self.runJobs() } }
    work.signal()
  }

  private func runJobs() -> Never {
    while true {
      state.withLock { $0.idleCount += 1 }
      work.wait()
      let job = state.withLock { state in
        state.idleCount -= 1
        return state.take()
      }
      job?.runSynchronously(on: asUnownedTaskExecutor())
    }
  }
}

#if canImport(Glibc)
  private let processorCount = Int32(_SC_NPROCESSORS_ONLN)
#else
  private let processorCount = _SC_NPROCESSORS_ONLN
#endif

/// A thread for work of a command.
enum WorkThread {
  /// Commands nest deeper than what runs on other threads.
  private static let stackBytes = 8 << 20

  static func start(_ body: @escaping @Sendable () -> Void) {
    do {
      try SystemThread.start(stackBytes: stackBytes, body)
    } catch {
      // The system gives no more threads: one of Dispatch's takes the work.
      DispatchQueue.global().async(execute: body)
    }
  }
}
