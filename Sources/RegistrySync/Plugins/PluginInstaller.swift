import Disk
import Formats
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
  private let choices: InstallChoices

  package init(_ project: Project, policy: Policy, choices: InstallChoices, lockTimeout: Duration) {
    self.project = project
    self.policy = policy
    self.choices = choices
    self.lockTimeout = lockTimeout
  }

  /// The changes that `run` would make now, conflicts included; nothing is written.
  ///
  /// - Throws: `PluginContentError`, `ProjectError.invalidFile`, `DiskError`.
  package func plan(_ request: Request) throws -> InstallPlan {
    let record = try project.readInstallRecord()
    let plan: InstallPlan
    switch request {
    case .install(let package, let targets):
      let audit = try InstallAudit.check(package, policy: policy)
      let entry = record.find(package.manifest.slug)
      if let entry { try checkUpdate(of: entry, to: package) }
      let chosen = targets ?? entry?.targets ?? policy.installTargets
      plan = try planner(record, for: package)
        .install(PlacedPlugin(package, for: chosen, policy: policy), audit)
    case .remove(let slug):
      let planner = planner(record, for: nil)
      if let entry = record.find(slug) {
        plan = try planner.remove(entry.slug, base: entry.files)
      } else {
        plan = try planner.remove(slug, base: try unrecordedFiles(of: slug, planner.files))
      }
    }
    for path in choices.kept where !plan.files.contains(where: { $0.path == path }) {
      throw PluginInstallError.notItsFile(path, plan.slug)
    }
    return plan
  }

  private func checkUpdate(of entry: InstallRecord.Entry, to package: PluginPackage) throws {
    if entry.origin != package.origin, !choices.isForced {
      throw PluginInstallError.otherOrigin(entry.slug, installed: entry.origin)
    }
    let version = package.manifest.version
    if PluginVersion.isOlder(version, than: entry.version), !choices.allowsDowngrade {
      throw PluginInstallError.downgrade(entry.slug, from: entry.version, to: version)
    }
  }

  private func planner(_ record: InstallRecord, for package: PluginPackage?) -> InstallPlanner {
    let merging = package.map { package in
      EditMerge(
        readOrigin: { try findObject($0) },
        labels: .init(ours: "here", theirs: "\(package.manifest.slug) \(package.manifest.version)")
      )
    }
    return InstallPlanner(
      files: InstalledFiles(root: project.root, disk: project.disk),
      record: record,
      choices: choices,
      merging: merging
    )
  }

  /// Reads what was installed from the project's store; nil when it is not there, or not any more.
  private func findObject(_ id: ObjectID) throws -> [UInt8]? {
    guard let store = try Cache.find(in: project)?.store else { return nil }
    do throws(ObjectStoreError) {
      return try store.read(id, size: nil, limit: Limits.maxInstalledFileBytes)
    } catch {
      if case .missing = error { return nil }
      throw error
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
    if let error = plan.refusal { throw error }
    if !choices.acceptsCode, !plan.newCode.isEmpty {
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
    for file in plan.files where file.action.writes {
      // No file gets an execute bit (DESIGN section 1, rule 10).
      steps.append(InstallWork.StagedStep(path: file.path, old: file.old, new: file.bytes, mode: 0o644))
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
    guard choices.isForced else { throw PluginInstallError.unrecorded(slug) }
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
