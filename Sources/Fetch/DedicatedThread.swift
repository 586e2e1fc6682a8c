#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif
import Synchronization

/// A thread for blocking work, which must not occupy the threads that run tasks.
enum DedicatedThread {
  private final class Work: Sendable {
    let run: @Sendable () -> Void

    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
  }

  /// Starts a thread; returns false if the system cannot create one.
  ///
  /// Signals are blocked on it, so other threads of the process receive them.
  static func start(_ run: @escaping @Sendable () -> Void) -> Bool {
    var (all, before) = (sigset_t(), sigset_t())
    sigfillset(&all)
    pthread_sigmask(SIG_BLOCK, &all, &before)
    defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
    let work = Unmanaged.passRetained(Work(run))
    #if canImport(Darwin)
      var thread: pthread_t?
    #else
      var thread = pthread_t()
    #endif
    let code = pthread_create(
      &thread,
      nil,
      { context in
        #if canImport(Darwin)
          let work = Unmanaged<Work>.fromOpaque(context).takeRetainedValue()
          work.run()
        #else
          if let context { Unmanaged<Work>.fromOpaque(context).takeRetainedValue().run() }
        #endif
        return nil
      },
      work.toOpaque()
    )
    guard code == 0 else {
      work.release()
      return false
    }
    #if canImport(Darwin)
      if let thread { pthread_detach(thread) }
    #else
      pthread_detach(thread)
    #endif
    return true
  }
}

/// Tells a waiting task, once, that something has ended.
final class EndSignal: Sendable {
  private struct State: Sendable {
    var hasEnded = false
    var waiting: CheckedContinuation<Void, Never>?
  }

  private let state = Mutex(State())

  func signal() {
    resume { $0.hasEnded = true }
  }

  /// Waits for the end, or until the given time has passed.
  ///
  /// Only one task may wait.
  func wait(atMost patience: Duration) async {
    let timer = Task {
      // The sleep is cancelled if the end comes first; then there is no task left to wake.
      try? await Task.sleep(for: patience)
      signal()
    }
    await withCheckedContinuation { continuation in
      let isOver = state.withLock { state in
        if !state.hasEnded { state.waiting = continuation }
        return state.hasEnded
      }
      if isOver { continuation.resume() }
    }
    timer.cancel()
  }

  private func resume(_ change: (inout State) -> Void) {
    let waiting = state.withLock { state in
      change(&state)
      defer { state.waiting = nil }
      return state.waiting
    }
    waiting?.resume()
  }
}
