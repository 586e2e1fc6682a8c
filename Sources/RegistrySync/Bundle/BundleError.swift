package import SystemPackage

/// What is wrong with a file or folder that carries a registry, as data; `mmdos` makes the words.
package enum BundleError: Error, Equatable, Sendable {
  /// A file is no bundle, not a whole one, or not one of a configured source.
  case bundle(FilePath, BundleProblem)

  /// A folder is no vendored registry, or may not become one.
  case vendor(FilePath, VendorProblem)
}
