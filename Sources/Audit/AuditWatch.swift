/// Checks from time to time whether the audit was cancelled, and remembers the answer.
///
/// Rules report how many bytes they have read. The check is made only every `interval` bytes because it may take a
/// lock. Belongs to one scanner, and is not shared between threads.
final class AuditWatch {
  /// The number of bytes between two checks.
  static let interval = 256 << 10

  private let question: () -> Bool
  private var passed = 0
  /// Whether the audit was cancelled; its findings must then not be used.
  private(set) var isCancelled = false

  init(_ question: @escaping () -> Bool) {
    self.question = question
  }

  /// Counts bytes that a rule has read.
  ///
  /// - Returns: Whether the rule must stop.
  func pass(_ bytes: Int) -> Bool {
    passed += bytes
    if passed >= Self.interval {
      passed = 0
      isCancelled = isCancelled || question()
    }
    return isCancelled
  }
}
