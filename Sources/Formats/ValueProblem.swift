/// The error of a type that checks a value, carried from any target by `TextProblem`, which stands below most of them.
package struct ValueProblem: Equatable, Sendable {
  package let error: any Error & Equatable

  package init(_ error: any Error & Equatable) {
    self.error = error
  }

  package static func == (lhs: Self, rhs: Self) -> Bool {
    func isEqual<Value: Equatable>(_ value: Value) -> Bool { rhs.error as? Value == value }
    return isEqual(lhs.error)
  }
}
