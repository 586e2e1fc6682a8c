package import Formats

/// This program, as it names itself in what it writes.
package enum Agent {
  /// The version of mmdos.
  package static let version = "0.1.0"

  /// How it is named in snapshots, reflogs and requests.
  package static let name = "mmdos/\(version)"

  /// The newest version of the formats that it understands.
  ///
  /// `minimum_mmdo_version` of a manifest counts in the versions of the Node tool, whose formats up to
  /// 4.x these are (INTEROP).
  package static let formatVersion: SemanticVersion = {
    // try?: the text is a literal, so there is nothing to say of a failure.
    guard let version = try? SemanticVersion(parsing: "4.999999999.999999999") else {
      preconditionFailure("a literal version does not parse")
    }
    return version
  }()
}
