/// Asks from time to time whether the audit was cancelled, and remembers the answer.
///
/// Rules report the bytes that they have passed; only every `interval` bytes the question is asked, because it may take
/// a lock. Belongs to one scanner, and is not shared between threads.
final class AuditWatch {
  /// Bytes between two questions.
  static let interval = 256 << 10

  private let question: () -> Bool
  private var passed = 0
  /// Whether the audit was cancelled; what was found until then means nothing.
  private(set) var isCancelled = false

  init(_ question: @escaping () -> Bool) {
    self.question = question
  }

  /// Counts bytes that a rule has looked at.
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
