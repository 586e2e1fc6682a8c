package import ObjectStore

/// The value that a ref must have before an update.
package enum Expected: Equatable, Sendable, CustomStringConvertible {
  /// Any value, or none.
  case any
  /// The ref does not exist.
  case absent
  /// The ref has this value.
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

/// One change of one ref, with the value that is expected before it.
package struct RefUpdate: Equatable, Sendable {
  /// The new state of a ref.
  package enum Change: Equatable, Sendable {
    /// It gets this value, and a line in its reflog if it has one.
    case set(ObjectID)
    /// It is removed together with its reflog.
    case delete
  }

  package let ref: RefName

  package let expected: Expected

  package let change: Change

  package init(_ ref: RefName, expecting expected: Expected, _ change: Change) {
    self.ref = ref
    self.expected = expected
    self.change = change
  }
}
