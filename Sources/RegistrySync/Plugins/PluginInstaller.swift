import Disk
import ObjectStore
package import RegistryModel
import SystemPackage

/// Installs, updates and removes plugins: all of one plugin's files, or none.
package struct PluginInstaller {
  /// What is to be done.
  package enum Request {
    /// To put a plugin there, over what was installed of it before.
    case install(PluginPackage)
    /// To take away what a plugin brought.
    case remove(PluginSlug)
  }

  private let project: Project
  private let policy: Policy
  private let lockTimeout: Duration
  /// Whether what is in the way is overwritten, with a copy kept.
  private let isForced: Bool

  /// Works on a project.
  package init(_ project: Project, policy: Policy, isForced: Bool, lockTimeout: Duration) {
    self.project = project
    self.policy = policy
    self.isForced = isForced
    self.lockTimeout = lockTimeout
  }

  /// What `run` would do now, conflicts included; nothing is written.
  ///
  /// - Throws: `PluginContentError`, `ProjectError.invalidFile`, `DiskError`.
  package func plan(_ request: Request) throws -> InstallPlan {
    let files = InstalledFiles(root: project.root, disk: project.disk)
    let record = try project.readInstallRecord()
    let planner = InstallPlanner(files: files, record: record, isForced: isForced)
    switch request {
    case .install(let package):
      let audit = try InstallAudit.check(package, policy: policy)
      if let entry = record.find(package.manifest.slug), entry.origin != package.origin, !isForced {
        throw PluginInstallError.otherOrigin(entry.slug, installed: entry.origin)
      }
      return try planner.install(package, audit)
    case .remove(let slug):
      if let entry = record.find(slug) { return try planner.remove(entry.slug, base: entry.files) }
      return try planner.remove(slug, base: try unrecordedFiles(of: slug, files))
    }
  }

  /// Does it, under the project's lock, after finishing what an interrupted installation left.
  ///
  /// Everything is looked at again under the lock. A failure leaves every file as it was.
  ///
  /// - Throws: `PluginContentError.conflicts`; as `plan`; `RefError` when the lock stays busy.
  package func run(_ request: Request) throws -> InstallPlan {
    let cache = try Cache.create(in: project)
    let lock = try ProjectFiles(project: project, cache: cache, lockTimeout: lockTimeout).lock()
    let work = InstallWork(project, cache)
    let plan = try plan(request)
    if !plan.conflicts.isEmpty { throw PluginInstallError.conflicts(plan.slug, plan.conflicts) }
    if !plan.isEmpty { try work.run(steps(of: plan)) }
    _ = consume lock
    return plan
  }

  /// The steps of a plan: copies of what is overwritten first, the record last.
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

  /// The files of a plugin that the Node tool installed: what its manifest lists, as it is now.
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
    // Nobody knows what was installed: every file counts as changed here, so that a copy is kept.
    let unknown = ObjectID(hashing: [])
    var base = [slug.installedPath: unknown]
    for asset in manifest.assets { base[asset.path] = unknown }
    return base
  }
}

/// The plugins whose manifests are in `.ai/plugins`.
package enum InstalledPlugins {
  /// Their slugs, sorted; the project's own catalog is none of them.
  ///
  /// - Throws: `DiskError`.
  package static func slugs(in project: Project) throws -> [PluginSlug] {
    let names = try project.ai.findFolder(ProjectLayout.plugins)?.names() ?? []
    return names.compactMap { name in
      guard name.string.hasSuffix(".yaml") else { return nil }
      // try?: a file of another name is no plugin's manifest.
      return try? PluginSlug(parsing: String(name.string.dropLast(5)))
    }.sorted()
  }
}
