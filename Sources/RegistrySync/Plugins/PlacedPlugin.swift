import ObjectStore
package import RegistryModel

/// A plugin with the paths in the project that its files get, for the targets that were chosen.
package struct PlacedPlugin: Sendable {
  /// An asset that is not written for a target.
  package struct LeftOut: Equatable, Sendable {
    package let asset: ManifestPath
    package let target: InstallTarget
    package let reason: AssetPlacement
  }

  package let package: PluginPackage
  /// In the order of the table, at least one.
  package let targets: [InstallTarget]
  /// The manifest in `.ai/plugins`, then the assets at their places.
  package let files: [PluginPackage.File]
  /// What is not written, in the manifest's order.
  package let leftOut: [LeftOut]

  /// Finds the place of every file; no byte of them changes.
  ///
  /// - Throws: `PluginContentError` where two files would share a place, a place is blocked or illegal, or no file has
  ///   one.
  init(_ package: PluginPackage, for chosen: [InstallTarget], policy: Policy) throws {
    self.package = package
    targets = chosen.isEmpty ? [.project] : InstallTarget.sorted(chosen)
    let slug = package.manifest.slug
    let rules = PluginRules(policy)
    var (files, leftOut): ([PluginPackage.File], [LeftOut]) = ([], [])
    var sources: [ManifestPath: ManifestPath] = [:]
    for file in package.files {
      if file.path == slug.installedPath {
        files.append(file)
        continue
      }
      for target in targets {
        switch try Self.placement(of: file.path, for: target) {
        case .at(let path):
          // Two tools may read the same folder.
          if sources[path] == file.path { continue }
          try rules.checkBlocked(path)
          sources[path] = file.path
          files.append(PluginPackage.File(file, at: path))
        case let reason: leftOut.append(LeftOut(asset: file.path, target: target, reason: reason))
        }
      }
    }
    if files.count == 1, package.files.count > 1 { throw PluginContentError.noPlace(slug, for: targets) }
    do { try ManifestPathSet.validateTogether(files.map(\.path)) } catch {
      throw PluginContentError.clashingPlaces(error)
    }
    (self.files, self.leftOut) = (files, leftOut)
  }

  private static func placement(of asset: ManifestPath, for target: InstallTarget) throws -> AssetPlacement {
    do { return try target.placement(of: asset) } catch {
      throw PluginContentError.badPlace(asset, for: target, error)
    }
  }
}
