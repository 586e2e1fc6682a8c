package import Audit
package import ObjectStore
package import RegistryModel

/// What installing, updating or removing a plugin would do to each file; made without changing anything.
package struct InstallPlan: Sendable {
  /// What happens to a file.
  package enum Action: String, Sendable {
    /// It is not there, and is put there.
    case create
    /// It is there as the plugin brought it or, forced, as someone changed it, and gets new content.
    case replace
    /// It is there as the plugin brought it, and goes.
    case remove
    /// It is there with the very content.
    case keep
    /// It was changed here, and nothing new is to come: it stays as it is.
    case keepEdit = "keep-edit"
    /// It was changed here, or was there before, and something else is to come.
    case conflict
  }

  /// One file of the plugin.
  package struct File: Sendable {
    /// Where it is.
    package let path: ManifestPath
    /// Its id as it was installed last; nil when it was not.
    package let base: ObjectID?
    /// What happens to it.
    package let action: Action
    /// Where its present content is kept; nil where nothing is lost.
    package let backup: ManifestPath?

    let old: InstalledFiles.Found?
    let new: PluginPackage.File?

    /// Its id as it is now; nil when it is not there.
    package var oldID: ObjectID? { old?.id }
    /// Its id as it is to be; nil when it goes.
    package var newID: ObjectID? { new?.id }
    /// Its size now, in bytes.
    package var oldSize: Int64? { old.map { Int64($0.bytes.count) } }
    /// Its size as it is to be, in bytes.
    package var newSize: Int64? { new.map { Int64($0.bytes.count) } }
    /// Whether it was changed here since it was installed.
    package var isEdited: Bool { base != nil && old != nil && old?.id != base }
  }

  /// The plugin.
  package let slug: PluginSlug
  /// What is to be installed; nil when it is removed.
  package let package: PluginPackage?
  /// The record's entry before; nil where there is none.
  package let previous: InstallRecord.Entry?
  /// What the content audit found in what is to be installed; nil where nothing was looked at.
  package let audit: AuditReport?
  /// Its files, sorted by path.
  package let files: [File]
  /// The record as it is to be.
  let record: InstallRecord
  /// The record's bytes before; nil where there is no such file.
  let oldRecord: InstalledFiles.Found?

  /// The files that stand in the way.
  package var conflicts: [ManifestPath] { files.filter { $0.action == .conflict }.map(\.path) }

  /// Whether there is nothing to do, not even in the record.
  package var isEmpty: Bool {
    files.allSatisfy { [.keep, .keepEdit].contains($0.action) } && record.encode() == (oldRecord?.bytes ?? [])
  }

  /// What a file that changes looks like line by line; nil for one that does not.
  package func comparison(of file: File) -> (FileDifference, FileComparison)? {
    // try?: a path of a manifest is always one of a tree.
    guard ![.keep, .keepEdit].contains(file.action), file.oldID != file.newID,
      let path = try? TreePath(file.path.description)
    else { return nil }
    let old = file.old.map { FileDifference.Side(path: path, id: $0.id, size: Int64($0.bytes.count)) }
    let new = file.new.map { FileDifference.Side(path: path, id: $0.id, size: Int64($0.bytes.count)) }
    let difference: FileDifference
    switch (old, new) {
    case (let old?, let new?): difference = FileDifference(old: old, new: new)
    case (nil, let new?): difference = FileDifference(added: new)
    case (let old?, nil): difference = FileDifference(removed: old)
    case (nil, nil): return nil
    }
    return (difference, FileComparison.compare(file.old?.bytes ?? [], file.new?.bytes ?? []))
  }
}

/// Decides what happens to each file: what was installed, what is there, and what is to come.
struct InstallPlanner {
  let files: InstalledFiles
  let record: InstallRecord
  /// Whether what is in the way is overwritten, with a copy kept.
  let isForced: Bool

  /// Plans an installation or an update.
  ///
  /// - Throws: `PluginContentError`, `DiskError`.
  func install(_ package: PluginPackage, _ audit: AuditReport?) throws -> InstallPlan {
    let slug = package.manifest.slug
    let previous = record.find(slug)
    var newRecord = record
    newRecord.set(
      InstallRecord.Entry(
        slug: slug,
        version: package.manifest.version,
        origin: package.origin,
        snapshot: package.snapshot,
        files: Dictionary(package.files.map { ($0.path, $0.id) }, uniquingKeysWith: { first, _ in first })
      )
    )
    return try plan(slug, package, audit, previous, previous?.files ?? [:], newRecord)
  }

  /// Plans a removal; `base` is what the plugin brought.
  ///
  /// - Throws: `PluginContentError`, `DiskError`.
  func remove(_ slug: PluginSlug, base: [ManifestPath: ObjectID]) throws -> InstallPlan {
    var newRecord = record
    newRecord.remove(slug)
    return try plan(slug, nil, nil, record.find(slug), base, newRecord)
  }

  private func plan(
    _ slug: PluginSlug,
    _ package: PluginPackage?,
    _ audit: AuditReport?,
    _ previous: InstallRecord.Entry?,
    _ base: [ManifestPath: ObjectID],
    _ newRecord: InstallRecord
  ) throws -> InstallPlan {
    let new = Dictionary(
      (package?.files ?? []).map { ($0.path, $0) },
      uniquingKeysWith: { first, _ in first }
    )
    var planned: [InstallPlan.File] = []
    for path in Set(base.keys).union(new.keys).sorted() {
      if let file = try plan(path, base: base[path], new: new[path], of: slug) { planned.append(file) }
    }
    return InstallPlan(
      slug: slug,
      package: package,
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
    // What is gone, or is another plugin's too, is no longer this one's: nothing is done to it.
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

  /// The three-way decision.
  private func action(base: ObjectID?, old: ObjectID?, new: ObjectID?) -> InstallPlan.Action {
    guard let old else { return .create }
    guard let new else { return old == base || isForced ? .remove : .keepEdit }
    if old == new { return .keep }
    if old == base || isForced { return .replace }
    return new == base ? .keepEdit : .conflict
  }

  /// A name that nothing has: a copy that was kept earlier stays.
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
