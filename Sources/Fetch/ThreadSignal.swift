#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Wakes one waiting thread; for threads only, as a task must not block the thread that it runs on.
///
/// A signal without a waiting thread is kept for the next wait.
final class ThreadSignal: @unchecked Sendable {
  // Unchecked: all mutable state is accessed with `mutex` held. The mutex and the condition are allocated separately,
  // because their addresses must not change.
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  private var isSignalled = false

  init() {
    pthread_mutex_init(mutex, nil)
    pthread_cond_init(condition, nil)
  }

  deinit {
    pthread_cond_destroy(condition)
    pthread_mutex_destroy(mutex)
    condition.deallocate()
    mutex.deallocate()
  }

  func signal() {
    pthread_mutex_lock(mutex)
    isSignalled = true
    pthread_cond_signal(condition)
    pthread_mutex_unlock(mutex)
  }

  /// Waits for a signal, or for a tenth of a second.
  func wait() {
    var end = timespec()
    clock_gettime(CLOCK_REALTIME, &end)
    end.tv_nsec += 100_000_000
    if end.tv_nsec >= 1_000_000_000 {
      end.tv_nsec -= 1_000_000_000
      end.tv_sec += 1
    }
    pthread_mutex_lock(mutex)
    // A spurious wake-up does no harm: the caller checks whether it has to wait again.
    if !isSignalled { pthread_cond_timedwait(condition, mutex, &end) }
    isSignalled = false
    pthread_mutex_unlock(mutex)
  }
}
