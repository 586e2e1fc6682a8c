import Audit
import ObjectStore
import RegistryModel

/// Decides for each file from its installed, its present and its new content.
struct InstallPlanner {
  let files: InstalledFiles
  let record: InstallRecord
  let choices: InstallChoices
  /// Merges edits; nil where nothing new is to come.
  let merging: EditMerge?

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
    let old = try findPresent(path)
    // A file that is absent, or that another plugin installed too, is left alone.
    if new == nil, old == nil || !record.owners(of: path, except: slug).isEmpty { return nil }
    let decision = try decide(path, base: base, old: old, new: new)
    let isLost = old.map { !$0.isSame(as: base) } ?? false && [.replace, .remove].contains(decision.action)
    return InstallPlan.File(
      path: path,
      base: base,
      action: decision.action,
      backup: isLost ? try freeBackup(of: path) : nil,
      obstacle: decision.obstacle,
      old: old,
      new: new,
      merged: decision.merged
    )
  }

  /// The file that is there; what is to be kept may also be a link, at which nobody looks.
  private func findPresent(_ path: ManifestPath) throws -> InstalledFiles.Found? {
    do { return try files.find(path) } catch PluginFileError.inTheWay where choices.kept.contains(path) {
      return nil
    }
  }

  private struct Decision {
    let action: InstallPlan.Action
    var obstacle: EditMerge.Obstacle?
    var merged: [UInt8]?
  }

  /// The three-way decision for one file; line ends that version control converted are no edit.
  private func decide(
    _ path: ManifestPath,
    base: ObjectID?,
    old: InstalledFiles.Found?,
    new: PluginPackage.File?
  ) throws -> Decision {
    // Also what was removed here stays so.
    if choices.kept.contains(path) { return Decision(action: .keepEdit) }
    guard let old else { return Decision(action: .create) }
    let isEdited = !old.isSame(as: base)
    guard let new else { return Decision(action: !isEdited || choices.isForced ? .remove : .keepEdit) }
    if old.isSame(as: new.id) { return Decision(action: .keep) }
    if !isEdited || choices.isForced { return Decision(action: .replace) }
    if new.id == base { return Decision(action: .keepEdit) }
    guard let merging else { return Decision(action: .conflict) }
    let merge = try merging.merge(base: base, ours: old.bytes, theirs: new.bytes)
    guard let obstacle = merge.obstacle else {
      // The edit may already have what is new.
      return merge.bytes == old.bytes
        ? Decision(action: .keepEdit) : Decision(action: .merge, merged: merge.bytes)
    }
    guard merge.bytes != nil, choices.mergesConflicts else {
      return Decision(action: .conflict, obstacle: obstacle)
    }
    return Decision(action: .mergeConflict, obstacle: obstacle, merged: merge.bytes)
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
