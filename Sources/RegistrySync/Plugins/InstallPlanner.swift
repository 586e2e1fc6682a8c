import Audit
import ObjectStore
import RegistryModel

/// Decides for each file from its installed, its present and its new content.
struct InstallPlanner {
  let files: InstalledFiles
  let record: InstallRecord
  /// Whether files in the way are overwritten after a backup.
  let isForced: Bool

  /// Plans an installation or an update.
  ///
  /// - Throws: `PluginInstallError.ownedByOther`, `PluginFileError`, `DiskError`.
  func install(_ placed: PlacedPlugin, _ audit: AuditReport?) throws -> InstallPlan {
    let package = placed.package
    let slug = package.manifest.slug
    let previous = record.find(slug)
    try OwnedPaths(of: record, except: slug).check(placed.files, sharing: previous?.files ?? [:])
    var newRecord = record
    newRecord.replace(
      with: InstallRecord.Entry(
        slug: slug,
        version: package.manifest.version,
        origin: package.origin,
        snapshot: package.snapshot,
        targets: placed.targets,
        files: Dictionary(placed.files.map { ($0.path, $0.id) }, uniquingKeysWith: { first, _ in first }),
        folders: try madeFolders(above: placed.files.map(\.path)) + (previous?.folders ?? [])
      )
    )
    return try plan(slug, placed, audit, previous, previous?.files ?? [:], newRecord)
  }

  /// The folders that an installation makes in the folders of tools, which a removal takes away again.
  ///
  /// The folders of `.ai` and `adapters` are every project's and follow a rule of their own.
  private func madeFolders(above paths: [ManifestPath]) throws -> [ManifestPath] {
    var folders: Set<ManifestPath> = []
    for path in paths where InstallTarget.mayHold(path) {
      for names in try files.missingFolders(above: path) {
        do { folders.insert(try ManifestPath(parsing: names.joined(separator: "/"))) } catch {
          throw PluginFileError.inTheWay(path)
        }
      }
    }
    return Array(folders)
  }

  /// Plans a removal; `base` is what the plugin installed.
  ///
  /// - Throws: `PluginContentError`, `DiskError`.
  func remove(_ slug: PluginSlug, base: [ManifestPath: ObjectID]) throws -> InstallPlan {
    var newRecord = record
    newRecord.take(slug)
    return try plan(slug, nil, nil, record.find(slug), base, newRecord)
  }

  private func plan(
    _ slug: PluginSlug,
    _ placed: PlacedPlugin?,
    _ audit: AuditReport?,
    _ previous: InstallRecord.Entry?,
    _ base: [ManifestPath: ObjectID],
    _ newRecord: InstallRecord
  ) throws -> InstallPlan {
    let new = Dictionary(
      (placed?.files ?? []).map { ($0.path, $0) },
      uniquingKeysWith: { first, _ in first }
    )
    var planned: [InstallPlan.File] = []
    for path in Set(base.keys).union(new.keys).sorted() {
      if let file = try plan(path, base: base[path], new: new[path], of: slug) { planned.append(file) }
    }
    return InstallPlan(
      slug: slug,
      placed: placed,
      previous: previous,
      audit: audit,
      files: planned,
      record: newRecord,
      oldRecord: try files.find(ModelNames.installRecordPath)
    )
  }

  private func plan(
    _ path: ManifestPath,
    base: ObjectID?,
    new: PluginPackage.File?,
    of slug: PluginSlug
  ) throws -> InstallPlan.File? {
    let old = try files.find(path)
    // A file that is absent, or that another plugin installed too, is left alone.
    if new == nil, old == nil || !record.owners(of: path, except: slug).isEmpty { return nil }
    let action = action(base: base, old: old?.id, new: new?.id)
    let isLost = old != nil && old?.id != base && [.replace, .remove].contains(action)
    return InstallPlan.File(
      path: path,
      base: base,
      action: action,
      backup: isLost ? try freeBackup(of: path) : nil,
      old: old,
      new: new
    )
  }

  /// The three-way decision for one file.
  private func action(base: ObjectID?, old: ObjectID?, new: ObjectID?) -> InstallPlan.Action {
    guard let old else { return .create }
    guard let new else { return old == base || isForced ? .remove : .keepEdit }
    if old == new { return .keep }
    if old == base || isForced { return .replace }
    return new == base ? .keepEdit : .conflict
  }

  /// A backup path that is free, so that earlier backups stay.
  private func freeBackup(of path: ManifestPath) throws -> ManifestPath {
    for number in 0..<10_000 {
      let text = path.description + ".bak" + (number == 0 ? "" : ".\(number)")
      let backup: ManifestPath
      do { backup = try ManifestPath(parsing: text) } catch { throw PluginFileError.inTheWay(path) }
      if try !files.isTaken(backup) { return backup }
    }
    throw PluginFileError.inTheWay(path)
  }
}
