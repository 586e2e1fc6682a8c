package import SystemPackage

/// A problem with a file or folder that contains a registry, as data; `mmdos` makes the words.
package enum BundleError: Error, Equatable, Sendable {
  /// The file is not a complete bundle, or not one of a configured source.
  case bundle(FilePath, BundleProblem)

  /// The folder is not a vendored registry, or may not be replaced by one.
  case vendor(FilePath, VendorProblem)
}
