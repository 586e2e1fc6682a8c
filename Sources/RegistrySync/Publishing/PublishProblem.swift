package import Formats
package import RegistryModel
package import SystemPackage

/// Why a folder cannot be published.
package enum PublishProblem: Error, Equatable, Sendable {
  /// There is no `catalog.yaml`.
  case missingCatalog(FilePath)
  /// The catalog does not parse.
  case catalog(CatalogProblem)
  /// A plugin of the catalog has no manifest file.
  case missingPlugin(slug: String, path: String)
  /// A plugin's manifest breaks a rule.
  case plugin(path: String, PluginProblem)
  /// A plugin names an asset that the folder does not have.
  case missingAsset(slug: String, path: String)
  /// A file's path is one that no client takes.
  case path(String, PathProblem)
  /// A file begins like a program or a script.
  case content(path: String, ContentKind)
  /// A link or special file, which no web server can be trusted to serve as it is here.
  case notAFile(path: String)
  /// A file, or all together, is larger than clients take by default; in bytes.
  case tooLarge(path: String?, limit: Int64)
  /// More files than clients take by default.
  case tooManyFiles(count: Int, limit: Int)
  /// A field that the first publication needs was not given.
  case missingField(String)
  /// A field's value is not one a manifest can hold.
  case badField(String, String)
  /// `expires_at` is not in the future; kept from the manifest in the folder, or asked for.
  case expired(Timestamp, isKept: Bool)
  /// The version is not newer than that of the manifest in the folder.
  case versionNotNewer(new: SemanticVersion, published: SemanticVersion)
  /// The manifest in the folder cannot be read.
  case oldManifest(ManifestProblem)
  /// There is no manifest to add a signature to.
  case missingManifest(FilePath)
  /// A file is not what the manifest that is to be signed states.
  case differsFromManifest(path: String, ManifestDifference)
  /// The manifest cannot be signed with that key.
  case signing(SigningProblem)
  /// The signed manifest would say something else than before, apart from its signatures.
  case notFaithful
}

/// How a file of a folder differs from the folder's manifest.
package enum ManifestDifference: Equatable, Sendable {
  /// The manifest does not name it.
  case notNamed
  /// The manifest names it, and it is not there.
  case missing
  /// Its bytes are not those that the manifest states.
  case changed
}
