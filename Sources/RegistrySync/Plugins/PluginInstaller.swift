import Disk
import ObjectStore
package import RegistryModel
import SystemPackage

/// Installs, updates and removes plugins; either all files of a plugin change or none.
package struct PluginInstaller {
  /// The operation.
  package enum Request {
    /// Install a plugin, replacing what was installed of it before.
    ///
    /// Without targets: those it is installed for, or else those of the policy.
    case install(PluginPackage, for: [InstallTarget]? = nil)
    /// Remove the files that a plugin installed.
    case remove(PluginSlug)
  }

  private let project: Project
  private let policy: Policy
  private let lockTimeout: Duration
  /// Whether files in the way are overwritten after a backup.
  private let isForced: Bool
  /// Whether code was looked at and may come.
  private let acceptsCode: Bool

  package init(
    _ project: Project,
    policy: Policy,
    isForced: Bool,
    acceptsCode: Bool,
    lockTimeout: Duration
  ) {
    self.project = project
    self.policy = policy
    self.isForced = isForced
    self.acceptsCode = acceptsCode
    self.lockTimeout = lockTimeout
  }

  /// The changes that `run` would make now, conflicts included; nothing is written.
  ///
  /// - Throws: `PluginContentError`, `ProjectError.invalidFile`, `DiskError`.
  package func plan(_ request: Request) throws -> InstallPlan {
    let files = InstalledFiles(root: project.root, disk: project.disk)
    let record = try project.readInstallRecord()
    let planner = InstallPlanner(files: files, record: record, isForced: isForced)
    switch request {
    case .install(let package, let targets):
      let audit = try InstallAudit.check(package, policy: policy)
      let entry = record.find(package.manifest.slug)
      if let entry, entry.origin != package.origin, !isForced {
        throw PluginInstallError.otherOrigin(entry.slug, installed: entry.origin)
      }
      let chosen = targets ?? entry?.targets ?? policy.installTargets
      return try planner.install(PlacedPlugin(package, for: chosen, policy: policy), audit)
    case .remove(let slug):
      if let entry = record.find(slug) { return try planner.remove(entry.slug, base: entry.files) }
      return try planner.remove(slug, base: try unrecordedFiles(of: slug, files))
    }
  }

  /// Makes the changes under the project's lock, after finishing an interrupted installation.
  ///
  /// The plan is made again under the lock. After a failure all files are unchanged.
  ///
  /// - Throws: `PluginInstallError.conflicts`, `PluginInstallError.codeNotAccepted`; as `plan`; `RefError` when the lock stays busy.
  package func run(_ request: Request) throws -> InstallPlan {
    let cache = try Cache.create(in: project)
    let lock = try ProjectFiles(project: project, cache: cache, lockTimeout: lockTimeout).lock()
    let work = InstallWork(project, cache)
    let plan = try plan(request)
    if !plan.conflicts.isEmpty { throw PluginInstallError.conflicts(plan.slug, plan.conflicts) }
    if !acceptsCode, !plan.newCode.isEmpty {
      throw PluginInstallError.codeNotAccepted(plan.slug, plan.newCode)
    }
    if !plan.isEmpty { try work.run(steps(of: plan), madeFolders: plan.madeFolders) }
    _ = consume lock
    return plan
  }

  /// The steps of a plan: backups come first, the install record last.
  private func steps(of plan: InstallPlan) -> [InstallWork.StagedStep] {
    var steps: [InstallWork.StagedStep] = []
    for file in plan.files {
      guard let backup = file.backup, let old = file.old else { continue }
      steps.append(InstallWork.StagedStep(path: backup, old: nil, new: old.bytes, mode: old.mode))
    }
    for file in plan.files where [.create, .replace, .remove].contains(file.action) {
      // No file gets an execute bit (DESIGN section 1, rule 10).
      steps.append(InstallWork.StagedStep(path: file.path, old: file.old, new: file.new?.bytes, mode: 0o644))
    }
    let record = plan.record.encode()
    if record != plan.oldRecord?.bytes {
      let isLast = plan.record.entries.isEmpty
      steps.append(
        InstallWork.StagedStep(
          path: ModelNames.installRecordPath,
          old: plan.oldRecord,
          new: isLast ? nil : record,
          mode: 0o644
        )
      )
    }
    return steps.filter { $0.old != nil || $0.new != nil }
  }

  /// The files of a plugin that the Node tool installed: those that its present manifest lists.
  private func unrecordedFiles(
    of slug: PluginSlug,
    _ files: InstalledFiles
  ) throws -> [ManifestPath: ObjectID] {
    guard let found = try files.find(slug.installedPath) else {
      let installed = try InstalledPlugins.slugs(in: project)
      throw PluginInstallError.notInstalled(slug.description, installed: installed)
    }
    guard isForced else { throw PluginInstallError.unrecorded(slug) }
    let manifest: PluginManifest
    do { manifest = try PluginManifest.parse(found.bytes, expecting: slug) } catch {
      throw PluginContentError.invalidManifest(slug.installedPath.description, error)
    }
    // The installed content is unknown, so every file counts as edited and gets a backup.
    let unknown = ObjectID(hashing: [])
    var base = [slug.installedPath: unknown]
    for asset in manifest.assets { base[asset.path] = unknown }
    return base
  }
}

/// The plugins whose manifests are in `.ai/plugins`.
package enum InstalledPlugins {
  /// Their slugs, sorted; the project's own catalog is not one of them.
  ///
  /// - Throws: `DiskError`.
  package static func slugs(in project: Project) throws -> [PluginSlug] {
    let names = try project.ai.findFolder(ProjectLayout.plugins)?.names() ?? []
    return names.compactMap { name in
      guard name.string.hasSuffix(".yaml") else { return nil }
      // try?: a file with another name is not a plugin's manifest.
      return try? PluginSlug(parsing: String(name.string.dropLast(5)))
    }.sorted()
  }
}
