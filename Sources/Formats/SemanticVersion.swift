/// Why a version is refused; the rules are those of Semantic Versioning 2.0.0.
package enum VersionProblem: Error, Hashable, Sendable {
  /// The text is longer than the limit; both in bytes.
  case tooLong(bytes: Int, limit: Int)
  /// There are not exactly three parts before `-` and `+`.
  case notThreeParts(Int)
  /// One of the three parts is not a number.
  case notANumber(String)
  /// A number has a leading zero.
  case leadingZero(String)
  /// A number is longer than nine digits (DESIGN section 8).
  case numberTooLong(digits: Int, limit: Int)
  /// An identifier behind `-` or `+` is empty.
  case emptyIdentifier
  /// An identifier has a character other than ASCII letters, digits and hyphens.
  case badIdentifier(String)
}

/// A version by Semantic Versioning 2.0.0, every number at most nine digits.
///
/// Build metadata is only kept for printing: versions that differ in nothing else are equal, as they have the same
/// precedence (section 10 of Semantic Versioning).
package struct SemanticVersion: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// An identifier of a pre-release; numbers sort before words (section 11).
  private enum Identifier: Hashable, Comparable {
    case number(Int)
    case word(String)
  }

  private static let maxBytes = 256
  private static let maxDigits = 9

  package let major: Int
  package let minor: Int
  package let patch: Int
  private let prerelease: [Identifier]

  /// The version as it was written, build metadata included.
  package let description: String

  /// Whether the version has a pre-release part, as in `1.0.0-rc.1`.
  package var isPrerelease: Bool { !prerelease.isEmpty }

  /// Checks a version from outside; a leading `v` is refused.
  ///
  /// - Throws: `VersionProblem`, for the first rule that is broken.
  package init(parsing rawVersion: String) throws(VersionProblem) {
    let bytes = Array(rawVersion.utf8)
    guard bytes.count <= Self.maxBytes else { throw .tooLong(bytes: bytes.count, limit: Self.maxBytes) }
    let beforeBuild = bytes.prefix { $0 != UInt8(ascii: "+") }
    let core = beforeBuild.prefix { $0 != UInt8(ascii: "-") }
    let parts = core.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    guard parts.count == 3 else { throw .notThreeParts(parts.count) }
    major = try Self.parseNumber(parts[0])
    minor = try Self.parseNumber(parts[1])
    patch = try Self.parseNumber(parts[2])
    var prerelease: [Identifier] = []
    if core.count < beforeBuild.count {
      for part in try Self.splitIdentifiers(beforeBuild.dropFirst(core.count + 1)) {
        let isNumber = part.allSatisfy(ASCII.isDigit)
        let word = String(decoding: part, as: UTF8.self)
        prerelease.append(isNumber ? .number(try Self.parseNumber(part)) : .word(word))
      }
    }
    self.prerelease = prerelease
    if beforeBuild.count < bytes.count {
      _ = try Self.splitIdentifiers(bytes.dropFirst(beforeBuild.count + 1))
    }
    description = rawVersion
  }

  private static func parseNumber(_ digits: ArraySlice<UInt8>) throws(VersionProblem) -> Int {
    let text = String(decoding: digits, as: UTF8.self)
    guard !digits.isEmpty, digits.allSatisfy(ASCII.isDigit) else { throw .notANumber(text) }
    if digits.count > 1, digits.first == UInt8(ascii: "0") { throw .leadingZero(text) }
    guard digits.count <= maxDigits else { throw .numberTooLong(digits: digits.count, limit: maxDigits) }
    return digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
  }

  private static func splitIdentifiers(
    _ bytes: ArraySlice<UInt8>
  ) throws(VersionProblem) -> [ArraySlice<UInt8>] {
    let parts = bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    for part in parts {
      if part.isEmpty { throw .emptyIdentifier }
      guard part.allSatisfy({ ASCII.isLetterOrDigit($0) || $0 == UInt8(ascii: "-") }) else {
        throw .badIdentifier(String(decoding: part, as: UTF8.self))
      }
    }
    return parts
  }

  /// Whether the versions have the same precedence.
  package static func == (lhs: Self, rhs: Self) -> Bool {
    lhs.numbers == rhs.numbers && lhs.prerelease == rhs.prerelease
  }

  package func hash(into hasher: inout Hasher) {
    hasher.combine(major)
    hasher.combine(minor)
    hasher.combine(patch)
    hasher.combine(prerelease)
  }

  /// Orders by precedence (section 11): a pre-release comes before its release.
  package static func < (lhs: Self, rhs: Self) -> Bool {
    if lhs.numbers != rhs.numbers { return lhs.numbers < rhs.numbers }
    if !lhs.isPrerelease || !rhs.isPrerelease { return lhs.isPrerelease && !rhs.isPrerelease }
    return lhs.prerelease.lexicographicallyPrecedes(rhs.prerelease)
  }

  private var numbers: (Int, Int, Int) { (major, minor, patch) }
}
