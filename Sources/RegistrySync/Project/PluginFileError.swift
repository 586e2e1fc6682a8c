package import RegistryModel

/// A problem with a plugin's file in the project, as data; `mmdos` makes the words.
package enum PluginFileError: Error, Equatable, Sendable {
  /// The file is larger than the limit in bytes.
  case tooLarge(ManifestPath, limit: Int64)
  /// A link, folder or special file has the name of a file to be written, or of its folder.
  case inTheWay(ManifestPath)
  /// A file changed between planning and writing; everything was restored.
  case changedMeanwhile(ManifestPath)
  /// An interrupted installation cannot be finished, or its journal is not valid.
  case brokenJournal
}
