import Disk
import ObjectStore
import Refs
import RegistryModel
import SystemPackage

/// Carries out the steps of an installation or undoes them; the project's lock is held throughout.
///
/// The order (docs/WRITING-ORDER.md): staged files, journal, steps, folders; the journal is removed last.
struct InstallWork {
  let files: InstalledFiles
  let cache: Folder
  private let notary: any Notary
  private var disk: any Disk { files.disk }

  init(_ project: Project, _ cache: Cache) {
    notary = project.notary(for: nil)
    files = InstalledFiles(root: project.root, disk: project.disk)
    self.cache = cache.folder
  }

  // MARK: Staging

  /// One step before its content is staged.
  struct StagedStep {
    let path: ManifestPath
    let old: InstalledFiles.Found?
    let new: [UInt8]?
    /// The permission bits of the new file.
    let mode: UInt16
  }

  /// Does all steps, or none: after a failure everything is unchanged.
  ///
  /// `madeFolders`: The folders of tools that an earlier installation made; they go when they are empty.
  func run(_ staged: [StagedStep], madeFolders: [ManifestPath]) throws {
    var journal = InstallJournal()
    journal.madeFolders = madeFolders
    for step in staged {
      for names in try files.missingFolders(above: step.path) where step.new != nil {
        let folder: ManifestPath
        // Every folder above a legal path is legal too.
        do { folder = try ManifestPath(parsing: names.joined(separator: "/")) } catch {
          throw PluginFileError.inTheWay(step.path)
        }
        if !journal.folders.contains(folder) { journal.folders.append(folder) }
      }
      let newID = step.new.map { ObjectID(hashing: $0) }
      journal.steps.append(InstallJournal.Step(old: step.old?.id, new: newID, path: step.path))
    }
    let stage: Folder
    do throws(DiskError) {
      stage = try makeStage(staged)
      // From here on the next command that writes undoes this one if it is interrupted.
      try AtomicFile(disk: disk).replace(
        ProjectLayout.installPending,
        in: try state(),
        with: journal.vouched(by: notary).encode()
      )
    } catch {
      // Nothing was changed yet; the next installation removes staged files that cannot be removed now.
      try? clear()
      throw error
    }
    do {
      try apply(journal, stage)
    } catch {
      try undo(journal, stage, isOwnStage: true)
      throw error
    }
    try end()
  }

  private func makeStage(_ steps: [StagedStep]) throws(DiskError) -> Folder {
    let state = try state()
    try disk.removeRecursively(ProjectLayout.installStage, in: state)
    let stage = try disk.ensureFolder(ProjectLayout.installStage, in: state)
    for (index, step) in steps.enumerated() {
      if let bytes = step.new { try write(bytes, "\(index).new", step.mode, in: stage) }
      if let old = step.old { try write(old.bytes, "\(index).old", old.mode, in: stage) }
    }
    try disk.synchronize(stage)
    try disk.synchronize(state)
    return stage
  }

  private func write(
    _ bytes: [UInt8],
    _ name: String,
    _ mode: UInt16,
    in stage: Folder
  ) throws(DiskError) {
    let name = StoreLayout.component(name)
    // Readable by the owner, whatever the old mode was, because it has to be verified and put back.
    let file = try disk.createFile(name, in: stage, mode: mode | 0o400)
    try disk.write(bytes.span.bytes, to: file)
    guard try stage.findAttributes(name)?.size == Int64(bytes.count) else {
      throw DiskError(.write, file.path, .ioError)
    }
    try disk.synchronize(file)
  }

  private func state() throws(DiskError) -> Folder { try disk.ensureFolder(RefsLayout.state, in: cache) }

  // MARK: Doing

  private func apply(_ journal: InstallJournal, _ stage: Folder) throws {
    for (index, step) in journal.steps.enumerated() {
      let current = try files.find(step.path)?.id
      if current == step.new { continue }
      guard current == step.old else { throw PluginFileError.changedMeanwhile(step.path) }
      if step.new == nil {
        try remove(step.path)
      } else {
        try put("\(index).new", step, step.old == nil, stage)
      }
    }
    let made = Set(journal.madeFolders)
    for step in journal.steps where step.new == nil { removeEmptyFolders(above: step.path, made) }
    try synchronizeFolders(of: journal)
  }

  /// Removes folders that are empty after a file in them was removed.
  ///
  /// Folders that every project has, such as `.ai/skills`, stay, and so do folders of tools that the user made.
  private func removeEmptyFolders(above path: ManifestPath, _ made: Set<ManifestPath>) {
    var names = Array(path.components.dropLast())
    let commonCount = [".ai": 2, "adapters": 1][names.first ?? ""]
    while !names.isEmpty {
      // try?: a folder that is not empty, or cannot be opened, stays.
      guard let folder = try? ManifestPath(parsing: names.joined(separator: "/")),
        commonCount.map({ names.count > $0 }) ?? made.contains(folder),
        let (outer, name) = try? files.findPlace(folder), (try? disk.removeFolder(name, in: outer)) != nil
      else { return }
      names.removeLast()
    }
  }

  /// Moves a staged file to its place in the project, if its content is still what was staged.
  private func put(
    _ staged: String,
    _ step: InstallJournal.Step,
    _ isAbsent: Bool,
    _ stage: Folder
  ) throws {
    let name = StoreLayout.component(staged)
    let expected = staged.hasSuffix(".new") ? step.new : step.old
    let bytes = try stage.findBytes(name, limit: Int(Limits.maxInstalledFileBytes))
    guard let bytes, ObjectID(hashing: bytes) == expected else { throw PluginFileError.brokenJournal }
    let place = try files.makePlace(step.path)
    do throws(DiskError) {
      // Fails if the name exists by now.
      if isAbsent { return try disk.place(name, in: stage, asNew: place.name, in: place.folder) }
      try disk.rename(name, in: stage, to: place.name, in: place.folder)
    } catch {
      if error.code == .fileExists { throw PluginFileError.changedMeanwhile(step.path) }
      throw InstalledFiles.wrapped(error, step.path)
    }
  }

  private func remove(_ path: ManifestPath) throws {
    do throws(DiskError) {
      guard let (folder, name) = try files.findPlace(path) else { return }
      try disk.removeFile(name, in: folder)
    } catch {
      throw InstalledFiles.wrapped(error, path)
    }
  }

  private func synchronizeFolders(of journal: InstallJournal) throws {
    var done: Set<[String]> = []
    for step in journal.steps where done.insert(Array(step.path.components.dropLast())).inserted {
      do throws(DiskError) {
        if let folder = try files.findPlace(step.path)?.folder { try disk.synchronize(folder) }
      } catch {
        throw InstalledFiles.wrapped(error, step.path)
      }
    }
  }

  // MARK: Undoing

  /// Restores the old files, last step first; files that were changed meanwhile are left alone.
  ///
  /// `isOwnStage`: Whether the staged files were written by this process just now.
  ///
  /// Continues after an error and throws it at the end: the journal stays for the next attempt.
  private func undo(_ journal: InstallJournal, _ stage: Folder, isOwnStage: Bool) throws {
    var failure: (any Error)?
    for (index, step) in journal.steps.enumerated().reversed() {
      do {
        guard let current = try findForUndo(step.path), current.id == step.new else { continue }
        if current.id == step.old { continue }
        if step.old == nil {
          try remove(step.path)
        } else if isOwnStage {
          try put("\(index).old", step, current.id == nil, stage)
        } else {
          try restore("\(index).old", step, stage)
        }
      } catch {
        failure = failure ?? error
      }
    }
    for folder in journal.folders.reversed() {
      // try?: a folder with other files in it stays, and so does one that something else replaced.
      if let (outer, name) = try? files.findPlace(folder) { try? disk.removeFolder(name, in: outer) }
    }
    if let failure { throw failure }
    try synchronizeFolders(of: journal)
    try end()
  }

  /// The content at a path; nil where something else than a regular file has the name.
  private func findForUndo(_ path: ManifestPath) throws -> (id: ObjectID?, Void)? {
    do {
      return (try files.find(path)?.id, ())
    } catch is PluginFileError {
      return nil
    }
  }

  /// Removes journal and staged files, durably, after the steps were done or undone.
  private func end() throws {
    let state = try state()
    try disk.removeFile(ProjectLayout.installPending, in: state)
    // try?: if a power cut brings the journal back, all its steps are found done.
    try? disk.synchronize(state)
    // try?: without a journal the rest has no meaning, and the next installation removes it.
    try? disk.removeRecursively(ProjectLayout.installStage, in: state)
  }

  private func clear() throws(DiskError) {
    guard let state = try cache.findFolder(RefsLayout.state) else { return }
    try disk.removeFile(ProjectLayout.installPending, in: state)
    try disk.removeRecursively(ProjectLayout.installStage, in: state)
  }

  // MARK: After an interruption

  /// Undoes an interrupted installation; plan, policy and audit are asked again when the user installs again.
  ///
  /// A journal that this machine did not write asks for nothing: it goes with its staged files, and no file of the
  /// project changes.
  ///
  /// - Throws: `DiskError`, `PluginFileError`; the journal then stays for the next command.
  func recover() throws {
    switch try InstallJournal.find(in: cache, vouchedBy: notary) {
    case nil: return
    case .foreign?: try drop()
    case .own(let journal)?:
      let stage = try disk.ensureFolder(ProjectLayout.installStage, in: try state())
      // All files are as they were to be, and success may have been promised: a power cut can bring a journal back. Only
      // empty folders are left to go.
      if try journal.steps.allSatisfy({ try findForUndo($0.path)?.id == $0.new }) {
        try apply(journal, stage)
        return try end()
      }
      if try isOutdated(journal) { return try drop() }
      try undo(journal, stage, isOwnStage: false)
    }
  }

  /// Whether the project moved on since the journal was written, so that somebody put it back.
  ///
  /// The install record is the last file that an installation changes. Where it is neither what it was before nor what it
  /// became, another installation went through since; where it became that, this one did, and then only a power cut can
  /// have left other files as they were before.
  private func isOutdated(_ journal: InstallJournal) throws -> Bool {
    guard let last = journal.steps.last, last.path == ModelNames.installRecordPath else { return false }
    guard let record = try findForUndo(last.path) else { return true }
    if record.id == last.old { return false }
    guard record.id == last.new else { return true }
    return try journal.steps.contains { step in
      guard let found = try findForUndo(step.path) else { return true }
      return found.id != step.old && found.id != step.new
    }
  }

  /// Removes journal and staged files, durably, whatever they are.
  private func drop() throws {
    let state = try state()
    try disk.removeRecursively(ProjectLayout.installPending, in: state)
    try disk.synchronize(state)
    try disk.removeRecursively(ProjectLayout.installStage, in: state)
  }

  /// Writes an old file from its staged copy, if that is still what was staged.
  ///
  /// Nobody vouches for the copy: its bytes are proven by the journal, but its mode may be anybody's, so it is written
  /// anew, without execute bits, and nobody else may write to it.
  private func restore(_ staged: String, _ step: InstallJournal.Step, _ stage: Folder) throws {
    let name = StoreLayout.component(staged)
    guard let bytes = try stage.findBytes(name, limit: Int(Limits.maxInstalledFileBytes)),
      ObjectID(hashing: bytes) == step.old
    else { throw PluginFileError.brokenJournal }
    let place = try files.makePlace(step.path)
    do throws(DiskError) {
      let mode = try stage.findAttributes(name)?.mode ?? 0o644
      try AtomicFile(disk: disk)
        .replace(place.name, in: place.folder, with: bytes, mode: UInt16(mode & 0o644) | 0o400)
    } catch {
      throw InstalledFiles.wrapped(error, step.path)
    }
  }
}
