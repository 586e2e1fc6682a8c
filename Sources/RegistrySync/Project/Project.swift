package import Disk
import Formats
import ObjectStore
package import RegistryModel
package import SystemPackage

// RegistrySync: the operations on a project and its registries.
//
// Its folders are layers, and each uses only those before it: Project, Reading, Sync, Storage, Bundle, Plugins,
// Publishing. Only this target combines disk, network, clock and model. It knows nothing of terminals, arguments and
// messages. Errors of the targets below are passed on unchanged.

/// A folder that contains `.ai/`.
package struct Project: Sendable {
  /// The root folder, opened by any path; below it links are not followed.
  package let root: Folder

  /// The folder `.ai`.
  package let ai: Folder

  /// The disk on which changes are made.
  package let disk: any Disk

  /// What the user decides, and no project.
  package let user: UserSettings

  /// The file of the project's key, from `MMDOS_SIGNING_KEY_FILE`; nil for the one in `.ai`.
  package var signingKeyFile: FilePath? = nil

  /// The key with which this machine vouches for what it writes into the cache.
  package let machineKey: MachineKeyFile

  /// What its files said last.
  let parsed = ParsedFiles()

  /// The root's path without links; nil where the system does not tell.
  let realPath: FilePath?

  private init(
    root: Folder,
    ai: Folder,
    disk: any Disk,
    user: UserSettings,
    machineKey: MachineKeyFile
  ) {
    (self.root, self.ai, self.disk) = (root, ai, disk)
    (self.user, self.machineKey) = (user, machineKey)
    // try?: without it nothing is vouched for; the commands themselves do not need it.
    realPath = (try? RealPath.of(root)) ?? nil
  }

  /// Finds the project of a command.
  ///
  /// `target`: The folder that the user named; nil for the nearest folder upward that contains `.ai`.
  /// `machineKey`: Vouches for what is written into the cache.
  ///
  /// - Throws: `ProjectError.noProject`, `ProjectError.unsafeFolder` (DESIGN section 1, rule 9), `DiskError`.
  package static func find(
    target: FilePath?,
    workingFolder: FilePath,
    user: UserSettings = .none,
    machineKey: MachineKeyFile = .none,
    disk: any Disk
  ) throws -> Project {
    let start = try Folder.open(target.map { workingFolder.pushing($0) } ?? workingFolder)
    var folder: Folder? = start
    while let candidate = folder {
      let found = try candidate.findFolder(ProjectLayout.ai)
      if let ai = found {
        try checkOwner(of: candidate, user: user)
        try checkOwner(of: ai, user: user)
        return Project(root: candidate, ai: ai, disk: disk, user: user, machineKey: machineKey)
      }
      if target != nil { break }
      folder = try candidate.parent()
    }
    throw ProjectError.noProject(start.path)
  }

  /// Makes a folder a project; an existing project is unchanged.
  ///
  /// - Throws: `DiskError`, `ProjectError.unsafeFolder`.
  package static func create(
    at path: FilePath,
    user: UserSettings,
    machineKey: MachineKeyFile = .none,
    disk: any Disk
  ) throws -> Project {
    let root = try Folder.open(path)
    try checkOwner(of: root, user: user)
    let ai = try disk.ensureFolder(ProjectLayout.ai, in: root)
    try checkOwner(of: ai, user: user)
    return Project(root: root, ai: ai, disk: disk, user: user, machineKey: machineKey)
  }

  /// Refuses a folder that another user owns, or that everyone may write to, unless the user calls it safe.
  static func checkOwner(of folder: Folder, user: UserSettings) throws {
    guard try !user.isSafe(folder) else { return }
    let attributes = try folder.attributes()
    if attributes.owner != CurrentUser.id {
      throw ProjectError.unsafeFolder(folder.path, .ownedByAnotherUser)
    }
    if attributes.isWritableByEveryone { throw ProjectError.unsafeFolder(folder.path, .writableByEveryone) }
  }

  /// Whether a path leads out of the project, links being followed; a path that nothing has yet is judged by its folder.
  package func isOutside(_ path: FilePath) -> Bool {
    // try?: what cannot be resolved is said to be outside, as nothing shows that it is inside.
    guard let root = try? RealPath.of(root), let path = RealPath.ofFuture(path) else { return true }
    return !path.starts(with: root)
  }

  /// Reads a file below `.ai`; nil when it or its folder does not exist.
  ///
  /// - Throws: `DiskError`, also when a link or folder has its name.
  func findBytes(
    _ name: FileName,
    inFolder folder: FileName? = nil,
    limit: Int = Limits.maxProjectFileBytes
  ) throws -> [UInt8]? {
    guard let folder else { return try ai.findBytes(name, limit: limit) }
    return try ai.findFolder(folder)?.findBytes(name, limit: limit)
  }

  /// Reads the policy; without a file all defaults apply, which forbid remote work.
  ///
  /// What the user's own configuration demands at least is part of the result.
  ///
  /// - Throws: `ProjectError.invalidFile` naming line and cause; `ProjectError.home`.
  package func readPolicy() throws -> Policy {
    guard let bytes = try findBytes(ProjectLayout.policyFile, inFolder: ProjectLayout.policies) else {
      return user.configuration.atLeast.raise(Policy())
    }
    var policy = try parsed.policy.value(of: bytes) { bytes in
      try ProjectError.refuseMergeMarks(ProjectLayout.policyPath, bytes)
      return try ProjectError.parsing(ProjectLayout.policyPath) { () throws(TextProblem) in
        try Policy.parse(bytes)
      }
    }
    do { try policy.expandHome(user.home?.string) } catch {
      throw ProjectError.home(ProjectLayout.policyPath, error)
    }
    return user.configuration.atLeast.raise(policy)
  }

  /// Reads the sources; without a file there is only the bundled one.
  ///
  /// - Throws: `ProjectError.invalidFile` naming line and cause.
  package func readSources() throws -> SourceList {
    guard let bytes = try findBytes(ProjectLayout.sourcesFile, inFolder: ProjectLayout.registries) else {
      return .whenMissing
    }
    return try parsed.sources.value(of: bytes) { bytes in
      try ProjectError.refuseMergeMarks(ProjectLayout.sourcesPath, bytes)
      return try ProjectError.parsing(ProjectLayout.sourcesPath) { () throws(TextProblem) in
        try SourceList.parse(bytes)
      }
    }
  }

  /// Reads the lockfile without checking its HMACs; without a file there are no entries.
  ///
  /// Whoever acts on an entry takes it from `readRecords`.
  ///
  /// - Throws: `ProjectError.invalidFile` naming line and cause; `.mergeMarks`.
  package func readUncheckedLockfile() throws -> Lockfile {
    guard let bytes = try findBytes(ProjectLayout.lockfile) else { return Lockfile() }
    return try parsed.lockfile.value(of: bytes) { bytes in
      try ProjectError.refuseMergeMarks(ProjectLayout.lockfilePath, bytes)
      return try ProjectError.parsing(ProjectLayout.lockfilePath) { () throws(TextProblem) in
        try Lockfile.parse(bytes)
      }
    }
  }
}
