package import Audit
package import ObjectStore
package import RegistryModel

/// The changes that installing, updating or removing a plugin makes to each file; planning changes nothing.
package struct InstallPlan: Sendable {
  /// The change of one file.
  package enum Action: String, Sendable {
    /// The file is absent and is created.
    case create
    /// The file gets new content; it is as the plugin installed it or, with force, was edited.
    case replace
    /// The file is as the plugin installed it and is removed.
    case remove
    /// The file already has the new content.
    case keep
    /// The file was edited in the project, and the plugin brings no new content: it stays.
    case keepEdit = "keep-edit"
    /// The file was edited in the project, and what the plugin brings could be merged with that.
    case merge
    /// The same lines were edited in the project and by the plugin; markers in the file show both.
    case mergeConflict = "merge-conflict"
    /// The file was edited in the project or was there before, and the plugin brings other content.
    case conflict

    /// Whether the file's content changes.
    package var writes: Bool { [.create, .replace, .remove, .merge, .mergeConflict].contains(self) }
  }

  /// One file of the plugin.
  package struct File: Sendable {
    /// The path in the project.
    package let path: ManifestPath
    /// The id of the file as last installed; nil if it was not.
    package let base: ObjectID?
    package let action: Action
    /// The path of the backup of its present content; nil where nothing is lost.
    package let backup: ManifestPath?

    /// Why the edit was not merged, or how many conflicts the merge has; nil where nothing had to be merged.
    package let obstacle: EditMerge.Obstacle?

    let old: InstalledFiles.Found?
    let new: PluginPackage.File?
    /// The content that is written in place of the plugin's.
    let merged: [UInt8]?

    /// The bytes that the file is to have; nil when it is removed.
    var bytes: [UInt8]? { merged ?? new?.bytes }

    /// The id of the present content; nil when the file is absent.
    package var oldID: ObjectID? { old?.id }
    /// The id of the new content; nil when the file is removed.
    package var newID: ObjectID? { merged.map { ObjectID(hashing: $0) } ?? new?.id }
    /// The present size in bytes.
    package var oldSize: Int64? { old.map { Int64($0.bytes.count) } }
    /// The new size in bytes.
    package var newSize: Int64? { bytes.map { Int64($0.count) } }
    /// Whether it is code, which stands apart in previews; of a file that goes, that is not asked.
    package var isCode: Bool { new?.contentClass == .code }
    /// Whether it was edited since it was installed; other line ends are no edit.
    package var isEdited: Bool { base != nil && old.map { !$0.isSame(as: base) } ?? false }
    /// Whether version control gave it other line ends, and nothing else changed it.
    package var hasOtherLineEnds: Bool { old.map { $0.differsInLineEndsOnly(from: base) } ?? false }
  }

  package let slug: PluginSlug
  /// The plugin to install, with its places; nil when it is removed.
  package let placed: PlacedPlugin?
  /// The present entry of the install record; nil where there is none.
  package let previous: InstallRecord.Entry?
  /// The report of the content audit; nil where there was none.
  package let audit: AuditReport?
  /// The plugin's files, sorted by path.
  package let files: [File]
  /// The install record after the change.
  let record: InstallRecord
  /// The present install record; nil where there is no file.
  let oldRecord: InstalledFiles.Found?

  /// The plugin to install; nil when it is removed.
  package var package: PluginPackage? { placed?.package }
  /// The folders that may go when they are empty: those that were made for the plugin.
  var madeFolders: [ManifestPath] { previous?.folders ?? [] }

  /// The files with a conflict.
  package var conflicts: [ManifestPath] { files.filter { $0.action == .conflict }.map(\.path) }

  /// The files of code that come or get other content.
  package var newCode: [ManifestPath] {
    files.filter { $0.isCode && $0.action.writes }.map(\.path)
  }

  /// Whether every conflict could be written into its file, between markers.
  package var canMarkConflicts: Bool {
    files.filter { $0.action == .conflict }.allSatisfy {
      if case .conflicts? = $0.obstacle { true } else { false }
    }
  }

  /// The error that carrying it out ends with; nil when it can be carried out.
  package var refusal: PluginInstallError? {
    conflicts.isEmpty ? nil : .conflicts(slug, conflicts, canBeMarked: canMarkConflicts)
  }

  /// Whether neither a file nor the record changes.
  package var isEmpty: Bool {
    !files.contains { $0.action.writes } && conflicts.isEmpty && record.encode() == (oldRecord?.bytes ?? [])
  }

  /// The line-by-line difference of a file that changes; nil for one that does not.
  package func comparison(of file: File) -> (FileDifference, FileComparison)? {
    // try?: every path of a manifest is also valid in a tree.
    guard file.action.writes || file.action == .conflict, file.oldID != file.newID,
      let path = try? TreePath(file.path.description)
    else { return nil }
    let old = file.old.map { FileDifference.Side(path: path, id: $0.id, size: Int64($0.bytes.count)) }
    let new = file.bytes.map {
      FileDifference.Side(path: path, id: ObjectID(hashing: $0), size: Int64($0.count))
    }
    let difference: FileDifference
    switch (old, new) {
    case (let old?, let new?): difference = FileDifference(old: old, new: new)
    case (nil, let new?): difference = FileDifference(added: new)
    case (let old?, nil): difference = FileDifference(removed: old)
    case (nil, nil): return nil
    }
    return (difference, FileComparison.compare(file.old?.bytes ?? [], file.bytes ?? []))
  }
}
