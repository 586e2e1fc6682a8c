package import Disk
import ObjectStore
import Refs
import RegistryModel
package import SystemPackage

/// Makes a folder a project: writes default policy, sources, trust store and `.gitignore`.
package struct ProjectSetup: Sendable {
  /// A file that the setup writes.
  package struct File: Equatable, Sendable {
    /// The path relative to the root.
    package let path: FilePath
    package let action: Action

    /// The change of a file.
    package enum Action: Equatable, Sendable {
      case create
      /// Lines are appended.
      case extend
      /// It exists and is unchanged.
      case keep
    }
  }

  private let root: Folder
  private let disk: any Disk
  private let user: UserSettings

  /// Opens the folder to make a project.
  ///
  /// - Throws: `DiskError`, `ProjectError.unsafeFolder`.
  package init(_ path: FilePath, user: UserSettings = .none, disk: any Disk) throws {
    root = try Folder.open(path)
    try Project.checkOwner(of: root, user: user)
    self.disk = disk
    self.user = user
  }

  private static let files: [(folder: FileName, name: FileName, text: String)] = [
    (ProjectLayout.policies, ProjectLayout.policyFile, DefaultFiles.policy),
    (ProjectLayout.registries, ProjectLayout.sourcesFile, DefaultFiles.sources),
    (ProjectLayout.registries, ProjectLayout.trustedKeysFile, DefaultFiles.trustedKeys),
  ]

  /// The changes that `run` would make.
  ///
  /// - Throws: `DiskError`.
  package func plan() throws -> [File] {
    let ai = try root.findFolder(ProjectLayout.ai)
    var plan: [File] = []
    for file in Self.files {
      let exists = try ai?.findFolder(file.folder)?.findAttributes(file.name) != nil
      plan.append(
        File(
          path: FilePath(".ai").appending(file.folder).appending(file.name),
          action: exists ? .keep : .create
        )
      )
    }
    let ignored = try IgnoreFile(in: root)
    plan.append(
      File(
        path: FilePath(".gitignore"),
        action: ignored.missing.isEmpty ? .keep : ignored.exists ? .extend : .create
      )
    )
    // The lock is in it; where nothing has to be written, no lock is needed.
    let isWriting = plan.contains { $0.action != .keep }
    if isWriting, try ai?.findAttributes(ProjectLayout.cache) == nil {
      plan.append(File(path: FilePath(".ai").appending(ProjectLayout.cache), action: .create))
    }
    return plan
  }

  /// Writes missing files; existing ones are unchanged, except that lines are added to `.gitignore`.
  ///
  /// - Returns: The changes that were made.
  /// - Throws: `RefError` when another command holds the project's lock until the time-out, `DiskError`; what opening
  ///   the cache throws.
  package func run(lockTimeout: Duration) throws -> [File] {
    let first = try plan()
    if first.allSatisfy({ $0.action == .keep }) { return first }
    let project = try Project.create(at: root.path, user: user, disk: disk)
    // The lock is in the cache, which is there from now on, so that no other command writes these files meanwhile.
    let cache = try Cache.create(in: project)
    let lock = try ProjectLock.acquire(in: cache.folder, on: disk, timeout: lockTimeout)
    try ProjectLeftovers(in: project).remove()
    let plan = try plan()
    let writer = AtomicFile(disk: disk)
    for file in Self.files {
      let folder = try disk.ensureFolder(file.folder, in: project.ai)
      guard try folder.findAttributes(file.name) == nil else { continue }
      try writer.replace(file.name, in: folder, with: Array(file.text.utf8))
    }
    try disk.synchronize(project.ai)
    try disk.synchronize(root)
    try IgnoreFile(in: root).extend(in: root, disk: disk)
    _ = consume lock
    // The cache is there by now in any case.
    return plan + first.filter { $0.path.lastComponent?.string == ProjectLayout.cache.string }
  }
}
