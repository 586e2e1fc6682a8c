import SystemPackage

/// Whether the work at hand is still wanted: a task's cancellation, as blocking code asks for it.
///
/// There is one mechanism: who wants work to end cancels its task. Async code asks `Task`; blocking code, which
/// `Parallel` may have spread over threads that belong to no task, asks here. Long loops ask once a turn.
package enum Cancellation {
  /// The task that a thread works for which belongs to none.
  struct Asker: @unchecked Sendable {
    // UnsafeCurrentTask is not Sendable, but what it has in common with Task, as `isCancelled`, may be called from
    // any thread (its documentation); `Parallel` keeps the task alive, as it waits for its threads.
    fileprivate let task: UnsafeCurrentTask
  }

  @TaskLocal private static var asker: Asker?

  /// Whether the task that this is done for was cancelled; false outside of tasks.
  package static var isRequested: Bool {
    Task.isCancelled || asker?.task.isCancelled ?? false
  }

  /// Ends work that is no longer wanted.
  ///
  /// - Throws: `DiskError` whose `isCancellation` is true: the error that every layer carries on.
  package static func check() throws(DiskError) {
    if isRequested { throw .cancelled }
  }

  /// Who is asked on behalf of the current task; on a thread that belongs to none, whoever is asked there.
  static func asker(of task: UnsafeCurrentTask?) -> Asker? {
    task.map(Asker.init) ?? asker
  }

  /// Runs something on a thread of no task, so that it asks on behalf of one.
  static func asking(_ asker: Asker?, _ body: () -> Void) {
    $asker.withValue(asker, operation: body)
  }
}

extension DiskError {
  /// The work was cancelled between two calls of the disk.
  package static var cancelled: DiskError { DiskError(.wait, "", .canceled) }

  /// Whether nothing failed: the work was cancelled (see `Cancellation`).
  package var isCancellation: Bool { operation == .wait && code == .canceled }
}
