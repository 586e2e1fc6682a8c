package import ObjectStore

// Refs: names that move.
//
// A ref names the newest or the used snapshot of a registry; its reflog says what it was before. This
// module holds refs, reflogs, compare-and-swap updates, pending records, revision syntax and the locks
// under which all of that changes.
//
// It knows nothing of an object but its id, and nothing of HTTP, YAML, JSON or policies: revisions get what they need
// of the history through `RevisionContext`. Everything is synchronous and `Sendable`; there are no actors. Reading
// never writes; every change of the disk goes through `Disk`.

/// A registry's name as one component of a ref name: `[A-Za-z0-9][A-Za-z0-9_-]{0,63}`.
///
/// Names that would collide with other files of the cache are refused, ignoring case: `project` (its lock would be
/// `state/project.lock`) and all that begin with `tmp_`.
package struct RefComponent: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// The name as given.
  package let description: String

  /// Checks a name.
  ///
  /// - Parameter text: The name, from outside.
  /// - Throws: `RefError.malformedName`.
  package init(_ text: some StringProtocol) throws(RefError) {
    let isLegal =
      (1...64).contains(text.utf8.count)
      && text.utf8.allSatisfy(Self.isLegal)
      && text.utf8.first.map(Self.isAlphanumeric) == true
    guard isLegal else { throw .malformedName(String(text)) }
    let folded = text.lowercased()
    guard folded != "project", !folded.hasPrefix(StoreLayout.temporaryPrefix) else {
      throw .malformedName(String(text))
    }
    description = String(text)
  }

  package static func < (one: Self, other: Self) -> Bool {
    one.description.utf8.lexicographicallyPrecedes(other.description.utf8)
  }

  private static func isLegal(_ byte: UInt8) -> Bool {
    isAlphanumeric(byte) || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-")
  }

  private static func isAlphanumeric(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "a")...UInt8(ascii: "z"):
      true
    default: false
    }
  }
}

/// The name of a ref (DESIGN section 3).
package enum RefName: Hashable, Sendable, CustomStringConvertible {
  /// `registries/<name>`: the snapshot in use; the only kind that has a reflog.
  case registry(RefComponent)
  /// `synced/<name>`: the newest synced snapshot of a registry.
  case synced(RefComponent)
  /// `sources/<64 hex>`: the newest synced snapshot of the URL with this SHA-256.
  case source(ObjectID)

  /// The kinds of refs; the raw value is the folder and the first component of the name.
  package enum Kind: String, CaseIterable, Sendable {
    case registries, synced, sources
  }

  /// Parses a full name such as `registries/acme`.
  ///
  /// - Parameter text: The name, from outside.
  /// - Throws: `RefError.malformedName`.
  package init(parsing text: some StringProtocol) throws(RefError) {
    let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2, let kind = Kind(rawValue: String(parts[0])) else {
      throw .malformedName(String(text))
    }
    do {
      try self.init(kind, parts[1])
    } catch {
      // The error gives the whole name, which is what the caller passed.
      throw .malformedName(String(text))
    }
  }

  init(_ kind: Kind, _ last: some StringProtocol) throws(RefError) {
    switch kind {
    case .registries: self = .registry(try RefComponent(last))
    case .synced: self = .synced(try RefComponent(last))
    case .sources:
      guard let digest = ObjectID(hex: last) else { throw .malformedName(String(last)) }
      self = .source(digest)
    }
  }

  package var kind: Kind {
    switch self {
    case .registry: .registries
    case .synced: .synced
    case .source: .sources
    }
  }

  /// The last component: a registry's name or 64 digits.
  package var lastComponent: String {
    switch self {
    case .registry(let name), .synced(let name): name.description
    case .source(let digest): digest.description
    }
  }

  package var description: String { "\(kind.rawValue)/\(lastComponent)" }

  /// Whether every change of the ref is recorded in a reflog.
  package var hasReflog: Bool { kind == .registries }
}
