import Formats

/// Why a registry name is refused (DESIGN section 3).
package enum RegistryNameProblem: Error, Hashable, Sendable {
  /// The name has no characters.
  case empty
  /// The name is longer than 64 characters.
  case tooLong(bytes: Int, limit: Int)
  /// The first character is not an ASCII letter or digit.
  case badFirstCharacter(Unicode.Scalar)
  /// A character that is neither an ASCII letter or digit, `_` nor `-`.
  case badCharacter(Unicode.Scalar)
  /// The name is reserved for the cache or the command line.
  case reserved(String)
  /// Names beginning with `tmp_` are reserved for temporary files.
  case temporaryPrefix(String)
  /// The name is a device name on Windows.
  case windowsDeviceName(String)
}

/// The name of a configured registry: `[A-Za-z0-9][A-Za-z0-9_-]{0,63}`, without the reserved words.
///
/// It names a folder, a ref and a log file in the cache, so its spelling is kept as configured; all names in use must
/// have distinct `key`s.
package struct RegistryName: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// The entry for bundled plugins in `sources.yaml`: read and listed, never synced.
  package static let bundled = RegistryName(trusted: "bundled")

  // DESIGN section 3, in lower case.
  private static let reserved: Set<String> = [
    "all", "bundled", "config", "format", "head", "hooks", "index", "info", "install", "local", "lock",
    "logs",
    "objects", "packs", "project", "readme", "refs", "state", "tmp",
  ]

  /// The name as written.
  package let description: String

  /// Checks a name from outside.
  ///
  /// - Throws: `RegistryNameProblem`, for the first rule that is broken.
  package init(parsing rawName: String) throws(RegistryNameProblem) {
    let count = rawName.utf8.count
    guard let first = rawName.unicodeScalars.first else { throw .empty }
    guard count <= Limits.maxRegistryNameBytes else {
      throw .tooLong(bytes: count, limit: Limits.maxRegistryNameBytes)
    }
    guard Self.isLetterOrDigit(first) else { throw .badFirstCharacter(first) }
    for scalar in rawName.unicodeScalars {
      guard Self.isLetterOrDigit(scalar) || scalar == "_" || scalar == "-" else {
        throw .badCharacter(scalar)
      }
    }
    let folded = rawName.lowercased()
    if Self.reserved.contains(folded) { throw .reserved(rawName) }
    if folded.hasPrefix("tmp_") { throw .temporaryPrefix(rawName) }
    if PathRules.isWindowsDevice(folded: folded) { throw .windowsDeviceName(rawName) }
    description = rawName
  }

  private init(trusted name: String) {
    description = name
  }

  /// The name in lower case: registry names are unique ignoring case.
  package var key: String { description.lowercased() }

  package static func < (lhs: Self, rhs: Self) -> Bool { lhs.description < rhs.description }

  private static func isLetterOrDigit(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar {
    case "a"..."z", "A"..."Z", "0"..."9": true
    default: false
    }
  }
}
