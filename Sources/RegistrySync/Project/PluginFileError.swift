package import RegistryModel

/// What stands in the way of a plugin's file, as data; `mmdos` makes the words.
package enum PluginFileError: Error, Equatable, Sendable {
  /// The file is larger than what may be read; in bytes.
  case tooLarge(ManifestPath, limit: Int64)
  /// A link, folder or special file stands where a file is to be put, or where its folder should be.
  case inTheWay(ManifestPath)
  /// A file changed between looking and writing; everything was put back.
  case changedMeanwhile(ManifestPath)
  /// An interrupted install cannot be finished, or what it left cannot be trusted.
  case brokenJournal
}
