package import ObjectStore

/// What a ref must be for an update to go ahead.
package enum Expected: Equatable, Sendable, CustomStringConvertible {
  /// Whatever it is.
  case any
  /// There is no such ref.
  case absent
  /// It has this value.
  case id(ObjectID)

  func matches(_ value: ObjectID?) -> Bool {
    switch self {
    case .any: true
    case .absent: value == nil
    case .id(let id): value == id
    }
  }

  /// `anything`, `absent` or the 64 digits.
  package var description: String {
    switch self {
    case .any: "anything"
    case .absent: "absent"
    case .id(let id): id.description
    }
  }
}

/// One change of one ref, with what is expected of it before.
package struct RefUpdate: Equatable, Sendable {
  /// What becomes of the ref.
  package enum Change: Equatable, Sendable {
    /// It gets this value, and a line in its reflog if it has one.
    case set(ObjectID)
    /// It goes, and its reflog with it.
    case delete
  }

  /// The ref to change.
  package let ref: RefName

  /// What it must be before.
  package let expected: Expected

  /// What becomes of it.
  package let change: Change

  /// Describes one change.
  package init(_ ref: RefName, expecting expected: Expected, _ change: Change) {
    self.ref = ref
    self.expected = expected
    self.change = change
  }
}
