import Formats

/// An entry in which the Node tool recorded that a check failed, or that there was no manifest, or in which it wrote
/// what no entry of mmdos can have.
///
/// Nothing may be taken from it. It is kept as it was read until a sync replaces it, so that one such entry does not stop
/// every command.
package struct RefusedLockEntry: Equatable, Sendable {
  package let name: RegistryName
  /// The key of the field that says so.
  package let field: String
  /// The value of that field; nil for null.
  package let value: String?
  /// The members of the entry as they were read.
  let members: [JSONMember]

  /// Describes an entry of the Node tool that cannot be read; nil for one that has a field that only mmdos writes, as
  /// its memory must not be lost.
  init?(unread name: RegistryName, _ value: JSONValue, because problem: TextProblem) {
    guard Self.isOfNodeTool(value), case .object(let members) = value.content else { return nil }
    (self.name, self.members) = (name, members)
    switch problem.reason {
    case .invalidValue(let key, let found, _), .unsupportedValue(let key, let found, _):
      (field, self.value) = (key, found)
    case .missingKey(let key), .hiddenValue(let key, _), .unknownKey(let key, _), .duplicateKey(let key):
      (field, self.value) = (key, nil)
    case .wrongType(let key, _, let found): (field, self.value) = (key, found == .null ? nil : "?")
    default: return nil
    }
  }

  /// Whether an entry has none of the fields that only mmdos writes.
  static func isOfNodeTool(_ value: JSONValue) -> Bool {
    LockEntry.ownKeys.allSatisfy { value.find($0) == nil }
  }

  private init(name: RegistryName, field: String, value: String?, members: [JSONMember]) {
    (self.name, self.field, self.value, self.members) = (name, field, value, members)
  }

  /// Finds out whether an entry records a failure; nil for one that can be used.
  ///
  /// - Throws: `TextProblem` for a value that is of another type.
  static func find(name: RegistryName, _ value: JSONValue) throws(TextProblem) -> Self? {
    let members = try value.members(for: name.description)
    if value.find("manifest_sha256")?.isNull == true {
      return Self(name: name, field: "manifest_sha256", value: nil, members: members)
    }
    for (field, usable) in usableWords {
      guard let member = value.find(field), !member.isNull else { continue }
      let word = try member.string(for: field)
      if !usable.contains(word) { return Self(name: name, field: field, value: word, members: members) }
    }
    let errors = value.find("verification_errors")
    guard let errors, !errors.isNull, let first = try errors.strings(for: "verification_errors").first else {
      return nil
    }
    return Self(name: name, field: "verification_errors", value: first, members: members)
  }

  private static let usableWords: [(field: String, words: [String])] = [
    ("public_signature_status", LockEntry.SignatureStatus.allCases.map(\.rawValue)),
    ("trusted_publisher_status", LockEntry.PublisherStatus.allCases.map(\.rawValue)),
    ("trust_verdict", LockEntry.TrustVerdict.allCases.map(\.rawValue)), ("lockfile_verdict", ["verified"]),
  ]

  package static func == (left: Self, right: Self) -> Bool {
    left.name == right.name
      && JSONWriter.pretty(.object(members: left.members))
        == JSONWriter.pretty(.object(members: right.members))
  }
}
