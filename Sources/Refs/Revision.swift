import ObjectStore

/// A user's text that names a snapshot of a registry (DESIGN section 7).
///
///     revision = [ base ] *( "~" [ number ] )        a bare ~N is current~N
///     base     = "latest" / "current" / "@{" number "}" / "v" version / 4*64 hex digits
package struct Revision: Equatable, Sendable {
  /// The snapshot to start from.
  enum Base: Equatable {
    case latest
    case current
    /// The value of the ref before its last N changes.
    case reflog(Int)
    /// The newest snapshot of this manifest version.
    case version(String)
    /// The only snapshot whose id is in this range, both ends included.
    case prefix(ObjectID, ObjectID)
  }

  /// The largest number, and the largest sum of the numbers after `~`.
  package static let maximumSteps = 1_000_000

  /// The fewest digits of an id that are accepted.
  package static let minimumPrefixLength = 4

  package let text: String

  let base: Base

  /// How many parents to follow from the base.
  let steps: Int

  /// The kind of the ref whose value it is; nil for all that say more, or something else.
  package enum RefKind: Equatable, Sendable {
    case registry, synced
  }

  /// The ref that it stands for.
  package var ref: RefKind? {
    guard steps == 0 else { return nil }
    return switch base {
    case .current, .reflog(0): .registry
    case .latest: .synced
    case .reflog, .version, .prefix: nil
    }
  }

  /// Parses a revision.
  ///
  /// - Parameter text: The revision, from outside.
  /// - Throws: `RefError.revision` with `.malformed`, `.tooShort` or `.numberTooLarge`.
  package init(parsing text: String) throws(RefError) {
    self.text = text
    do {
      // Split as bytes: in a String, a tilde and a combining character after it are one Character.
      let parts = text.utf8.split(separator: UInt8(ascii: "~"), omittingEmptySubsequences: false)
        .map(Substring.init)
      steps = try Self.parseSteps(parts.dropFirst())
      // A revision may consist of `~` alone; an empty text is refused.
      base = parts[0].isEmpty && parts.count > 1 ? .current : try Self.parseBase(parts[0])
    } catch {
      throw .revision(text, error)
    }
  }

  private static func parseSteps(
    _ parts: ArraySlice<Substring>
  ) throws(RevisionProblem) -> Int {
    var sum = 0
    for part in parts {
      sum += part.isEmpty ? 1 : try parseNumber(part)
      guard sum <= maximumSteps else { throw .numberTooLarge }
    }
    return sum
  }

  private static func parseBase(_ text: Substring) throws(RevisionProblem) -> Base {
    switch text {
    case "latest": return .latest
    case "current": return .current
    case _ where text.hasPrefix("@{") && text.hasSuffix("}"):
      return .reflog(try parseNumber(text.dropFirst(2).dropLast()))
    case _ where text.hasPrefix("v"):
      let version = text.dropFirst()
      guard version.utf8.allSatisfy(isVersionByte), version.utf8.first.map(isDigit) == true else {
        throw .malformed
      }
      return .version(String(version))
    default: return try parsePrefix(text)
    }
  }

  private static func parsePrefix(_ text: Substring) throws(RevisionProblem) -> Base {
    let digits = text.lowercased()
    let missing = 64 - digits.utf8.count
    guard !digits.isEmpty, missing >= 0,
      let first = ObjectID(hex: digits + String(repeating: "0", count: missing)),
      let last = ObjectID(hex: digits + String(repeating: "f", count: missing))
    else { throw .malformed }
    guard digits.utf8.count >= minimumPrefixLength else { throw .tooShort }
    return .prefix(first, last)
  }

  /// Reads decimal digits; no sign is allowed.
  private static func parseNumber(_ text: Substring) throws(RevisionProblem) -> Int {
    guard !text.isEmpty, text.utf8.allSatisfy(isDigit) else { throw .malformed }
    // Digits that do not fit into Int are also a number that is too large.
    guard let number = Int(text), number <= maximumSteps else { throw .numberTooLarge }
    return number
  }

  private static func isDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
  }
}
