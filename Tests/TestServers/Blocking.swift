import Disk

/// Calls that block, kept away from the threads that run the tests.
package enum Blocking {
  /// Runs `body` on a thread of its own.
  package static func run<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws
    -> Result
  {
    try await withCheckedThrowingContinuation { continuation in
      do {
        try SystemThread.start { continuation.resume(with: Swift.Result { try body() }) }
      } catch { continuation.resume(throwing: error) }
    }
  }
}
