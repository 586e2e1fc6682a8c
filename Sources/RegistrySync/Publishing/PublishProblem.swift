package import Audit
package import Formats
package import RegistryModel
package import SystemPackage

/// All that is wrong with a folder that is to be published; nothing was written.
package struct PublishProblems: Error, Equatable, Sendable {
  /// At least one, sorted by path; those without a path come first.
  package let problems: [PublishProblem]

  package init(_ problems: [PublishProblem]) {
    // Sorted stably: problems of one path stay in the order in which they were found.
    self.problems = problems.enumerated()
      .map { (path: $0.element.path ?? "", order: $0.offset, problem: $0.element) }
      .sorted { left, right in
        left.path == right.path
          ? left.order < right.order : left.path.utf8.lexicographicallyPrecedes(right.path.utf8)
      }
      .map(\.problem)
  }

  /// Does nothing where there is no problem.
  ///
  /// - Throws: `PublishProblems` with all of them.
  static func throwAny(_ problems: [PublishProblem]) throws {
    if !problems.isEmpty { throw PublishProblems(problems) }
  }
}

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
  /// A plugin names an asset that the folder does not have, or that is left out of what is published.
  case missingAsset(slug: String, path: String, IgnoreChain.Reason?)
  /// No client installs the plugin by default.
  case pluginContent(path: String, PluginContentError)
  /// A file's path breaks a rule for manifest paths.
  case path(String, PathProblem)
  /// A name is not UTF-8; the bytes that are not are replaced in the path.
  case notUTF8(path: String)
  /// A file is a program in machine or byte code.
  case content(path: String, NativeKind)
  /// A link or special file, which a web server may not serve with the content seen here.
  case notAFile(path: String)
  /// A file lies where `publish` keeps what it makes itself.
  case reserved(path: String)
  /// A file of `releases/` is not the manifest that its name says.
  case badRelease(path: String)
  /// `packs.json` is not what `publish` writes.
  case badPackList(TextProblem)
  /// A pack is missing, or is not what `packs.json` says of it.
  case badPack(path: String)
  /// A file is not any more what it was when it was checked.
  case changedMeanwhile(path: String)
  /// The content audit finds what clients do not take by default.
  case finding(AuditFinding)
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
  /// The clock is not past the date of the manifest in the folder, and clients take no older date.
  case dateNotNewer(now: Timestamp, published: Timestamp)
  /// The manifest in the folder is signed, and the new one would not be.
  case signatureLost
  /// The manifest in the folder cannot be read.
  case oldManifest(ManifestProblem)
  /// The new manifest would break a rule of clients.
  case newManifest(ManifestProblem)
  /// There is no manifest to add a signature to.
  case missingManifest(FilePath)
  /// A file differs from the manifest that is to be signed.
  case differsFromManifest(path: String, ManifestDifference)
  /// The manifest cannot be signed with that key.
  case signing(SigningProblem)
  /// The signed manifest would differ from the old one in more than its signatures.
  case notFaithful

  /// The file in the folder that it is about; nil where it is about none.
  package var path: String? {
    switch self {
    case .catalog: ModelNames.catalog
    case .badPackList: OfferedFile.list
    case .oldManifest, .newManifest: ModelNames.manifest
    case .missingPlugin(_, let path), .missingAsset(_, let path, _), .plugin(let path, _),
      .pluginContent(let path, _), .path(let path, _), .notUTF8(let path), .content(let path, _),
      .notAFile(let path), .reserved(let path), .badRelease(let path), .badPack(let path),
      .changedMeanwhile(let path), .differsFromManifest(let path, _):
      path
    case .finding(let finding): finding.path
    case .tooLarge(let path, _): path
    case .missingCatalog, .tooManyFiles, .missingField, .badField, .expired, .versionNotNewer, .dateNotNewer,
      .signatureLost, .missingManifest, .signing, .notFaithful:
      nil
    }
  }
}

/// A field of the manifest that the publisher gives.
package enum PublishField: Hashable, Sendable, CaseIterable {
  case registryName, publisher, version, expiresAt
}

/// What a publisher should know, though the folder can be published.
package enum PublishWarning: Equatable, Sendable {
  /// The manifest before this one was signed and this one is not: clients who remember its signers refuse it.
  case signatureLost
  case catalog(CatalogWarning)
  /// A plugin's manifest that the catalog does not list, so that nobody finds the plugin.
  case unlisted(path: String)
  /// Catalog and plugin manifest state different versions.
  case versionsDiffer(slug: String, catalog: String, plugin: String)
  /// Two plugins install the same file, so that only one of them can be installed.
  case sharedAsset(path: String, first: String, second: String)
  /// Files below `catalog/` that no plugin names, so that nobody gets them with a plugin.
  case unnamed(first: String, count: Int)
  /// The content audit finds something that clients report, or refuse where the publisher allowed it.
  case finding(AuditFinding)
  /// Further findings of the audit that are only counted.
  case moreFindings(warnings: Int, notes: Int)
  /// Files of the release before were replaced, and no pack has them, so that clients who locked it miss them.
  case releaseIncomplete(version: String)
  /// Clients take what is published only with a limit of their policy that is this high, in the key's unit.
  case needsLimit(key: String, value: Int64, usual: Int64)
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
