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
  /// A file's path breaks a rule for manifest paths.
  case path(String, PathProblem)
  /// A file's content is a program or a script.
  case content(path: String, ContentKind)
  /// A link or special file, which a web server may not serve with the content seen here.
  case notAFile(path: String)
  /// A file, or all files together, are larger than the default limit of clients; in bytes.
  case tooLarge(path: String?, limit: Int64)
  /// There are more files and folders than the default limit of clients.
  case tooManyFiles(count: Int, limit: Int)
  /// A field that the first publication needs was not given.
  case missingField(PublishField)
  /// The value of a field is not valid in a manifest.
  case badField(PublishField, String)
  /// `expires_at` is not in the future; kept from the manifest in the folder, or asked for.
  case expired(Timestamp, isKept: Bool)
  /// The version is not newer than that of the manifest in the folder.
  case versionNotNewer(new: SemanticVersion, published: SemanticVersion)
  /// The manifest in the folder cannot be read.
  case oldManifest(ManifestProblem)
  /// There is no manifest to add a signature to.
  case missingManifest(FilePath)
  /// A file differs from the manifest that is to be signed.
  case differsFromManifest(path: String, ManifestDifference)
  /// The manifest cannot be signed with that key.
  case signing(SigningProblem)
  /// The signed manifest would differ from the old one in more than its signatures.
  case notFaithful
}

/// A field of the manifest that the publisher gives.
package enum PublishField: Hashable, Sendable, CaseIterable {
  case registryName, publisher, version, expiresAt
}

/// What clients will warn about, though the folder was published.
package enum PublishWarning: Hashable, Sendable {
  /// The manifest before this one was signed and this one is not: clients who remember its signers refuse it.
  case signatureLost
  case catalog(CatalogWarning)
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
