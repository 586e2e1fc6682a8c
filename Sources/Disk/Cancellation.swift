import SystemPackage

/// Cancellation of a task, as seen by blocking code.
///
/// To stop an operation its task is cancelled; there is no other way. Async code asks `Task`. Blocking code asks
/// here, because `Parallel` may run it on threads that belong to no task. Long loops ask once per iteration.
package enum Cancellation {
  /// The task on whose behalf a thread of `Parallel` runs.
  struct Asker: @unchecked Sendable {
    // UnsafeCurrentTask is not Sendable, but the members it shares with Task, such as `isCancelled`, may be called
    // from any thread (its documentation). `Parallel` keeps the task alive while it waits for its threads.
    fileprivate let task: UnsafeCurrentTask
  }

  @TaskLocal private static var asker: Asker?
  @TaskLocal private static var isIgnored = false

  /// Whether the task on whose behalf this thread runs was cancelled; false outside of tasks.
  package static var isRequested: Bool {
    (Task.isCancelled || asker?.task.isCancelled ?? false) && !isIgnored
  }

  /// Runs what tidies up after a cancelled operation, and so must not be stopped by the same cancellation.
  package static func ignoring(_ body: () -> Void) {
    $isIgnored.withValue(true, operation: body)
  }

  /// Throws if the task was cancelled.
  ///
  /// - Throws: `DiskError` whose `isCancellation` is true; every layer passes it on.
  package static func check() throws(DiskError) {
    if isRequested { throw .cancelled }
  }

  /// The current task, or on a thread without one the task that `asking` set for this thread.
  static func asker(of task: UnsafeCurrentTask?) -> Asker? {
    task.map(Asker.init) ?? asker
  }

  /// Runs `body` on a thread without a task, with `asker` as the task that `isRequested` asks.
  static func asking(_ asker: Asker?, _ body: () -> Void) {
    $asker.withValue(asker, operation: body)
  }
}

extension DiskError {
  /// The error of a cancelled task; it belongs to no path.
  package static var cancelled: DiskError { DiskError(.wait, "", .canceled) }

  /// Whether the error is not a failure of the disk but the cancellation of the task (see `Cancellation`).
  package var isCancellation: Bool { operation == .wait && code == .canceled }
}
