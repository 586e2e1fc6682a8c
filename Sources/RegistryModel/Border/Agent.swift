import CVersion
package import Formats

/// The name and version under which this program identifies itself.
package enum Agent {
  /// That of the build: from git for a release, see scripts/version.
  package static let version = String(cString: mmdos_version())

  /// The name written to snapshots, reflogs and requests.
  package static let name = "mmdos/\(version)"

  /// The newest version of the file formats that this program reads.
  ///
  /// `minimum_mmdo_version` of a manifest is a version of the Node tool, whose formats up to 4.x are supported
  /// (INTEROP).
  package static let formatVersion: SemanticVersion = {
    // try?: the text is a constant, so the error has nothing to report.
    guard let version = try? SemanticVersion(parsing: "4.999999999.999999999") else {
      preconditionFailure("a literal version does not parse")
    }
    return version
  }()
}
