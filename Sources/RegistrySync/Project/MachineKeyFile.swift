package import Disk
import Refs
package import RegistryModel
import Synchronization
package import SystemPackage

/// The file of the machine's key: `machine-key` in a folder of the user's, outside of all projects.
///
/// The first command that writes a hint makes it; readers never do. A key that somebody else could read or have put
/// there is not used, and no command fails for it: nothing is vouched for then. Safe to use from several threads.
package final class MachineKeyFile: Sendable {
  /// Why there is no key that can be used.
  package enum Problem: Error, Sendable {
    /// No folder is known to hold it: neither `XDG_STATE_HOME` nor `HOME` is set.
    case noPlace
    /// The file, and what is wrong with it.
    case unusable(FilePath, MachineKeyProblem)
    /// A call of the system failed.
    case disk(DiskError)
  }

  /// No key at all: nothing is vouched for.
  package static let none = MachineKeyFile(in: nil, disk: PosixDisk())

  private enum State {
    case unread
    case absent
    case key(MachineKey)
    case problem(Problem)
  }

  private static let name = ProjectLayout.machineKey

  private let folder: FilePath?
  private let disk: any Disk
  private let state = Mutex(State.unread)

  /// Names the folder, absolute, that holds the key or will; nil for none.
  package init(in folder: FilePath?, disk: any Disk) {
    self.folder = folder.flatMap { $0.isAbsolute ? $0 : nil }
    self.disk = disk
  }

  /// Why the key cannot be used; nil where it can, and where none was made yet.
  package var problem: Problem? {
    state.withLock { state in
      read(&state)
      return if case .problem(let problem) = state { problem } else { nil }
    }
  }

  /// The path at which the next command that writes a hint makes the key; nil where it would make none.
  package var pathToBeMade: FilePath? {
    state.withLock { state in
      read(&state)
      guard case .absent = state else { return nil }
      return folder?.appending(Self.name)
    }
  }

  /// The key; nil where there is none that can be used.
  func find() -> MachineKey? {
    state.withLock { state in
      read(&state)
      return if case .key(let key) = state { key } else { nil }
    }
  }

  /// The key, made if there was none; nil where that is not possible.
  func findOrMake() -> MachineKey? {
    state.withLock { state in
      read(&state)
      if case .absent = state { state = make() }
      return if case .key(let key) = state { key } else { nil }
    }
  }

  // MARK: On disk

  /// Reads the file once.
  private func read(_ state: inout State) {
    guard case .unread = state else { return }
    guard let folder else {
      state = .problem(.noPlace)
      return
    }
    do throws(DiskError) {
      state = try read(in: Folder.open(folder))
    } catch {
      state = error.code == .noSuchFileOrDirectory ? .absent : .problem(.disk(error))
    }
  }

  /// The opened file is checked, not its name, so replacing the file in between has no effect.
  private func read(in folder: Folder) throws(DiskError) -> State {
    let path = folder.path.appending(Self.name)
    func refused(_ problem: MachineKeyProblem) -> State { .problem(.unusable(path, problem)) }
    let outer = try folder.attributes()
    if outer.owner != CurrentUser.id || outer.mode & 0o022 != 0 {
      return refused(.folderOfOthers(owner: outer.owner, mode: outer.mode))
    }
    do throws(DiskError) {
      guard let file = try folder.findFile(Self.name) else { return .absent }
      let found = file.attributes
      guard found.owner == CurrentUser.id else { return refused(.ownedByAnotherUser(found.owner)) }
      guard found.mode & 0o077 == 0 else { return refused(.accessibleToOthers(mode: found.mode)) }
      guard found.size == Int64(MachineKey.byteCount),
        let key = MachineKey(bytes: try file.readAll(limit: MachineKey.byteCount))
      else { return refused(.wrongSize(found.size)) }
      return .key(key)
    } catch {
      guard error.isWrongKind else { throw error }
      return refused(.notAFile)
    }
  }

  /// Makes the key, so that of several who do it at once all end up with the same.
  private func make() -> State {
    guard let path = folder else { return .problem(.noPlace) }
    do throws(DiskError) {
      let folder = try openOrMake(path)
      let temporary = TemporaryName.make()
      try write(MachineKey.generate(), to: temporary, in: folder)
      do throws(DiskError) {
        // Fails if somebody else's key has the name by now: that one counts then.
        try disk.place(temporary, in: folder, asNew: Self.name, in: folder)
      } catch {
        // try?: what is left is one small file beside the key.
        try? disk.removeFile(temporary, in: folder)
        guard error.code == .fileExists else { throw error }
        return try read(in: folder)
      }
      try disk.removeFile(temporary, in: folder)
      try disk.synchronize(folder)
      return try read(in: folder)
    } catch {
      return .problem(.disk(error))
    }
  }

  private func write(_ key: MachineKey, to name: FileName, in folder: Folder) throws(DiskError) {
    let file = try disk.createFile(name, in: folder, mode: 0o600)
    try disk.write(key.fileContent.span.bytes, to: file)
    try disk.synchronize(file)
  }

  /// Opens a folder, making it and those above it for the user alone.
  private func openOrMake(_ path: FilePath) throws(DiskError) -> Folder {
    do {
      return try Folder.open(path)
    } catch  where error.code == .noSuchFileOrDirectory {
      guard let last = path.lastComponent, let name = FileName(last.string) else { throw error }
      let outer = try openOrMake(path.removingLastComponent())
      do {
        try disk.makeFolder(name, in: outer, mode: 0o700)
      } catch  where error.code == .fileExists {
        // Somebody else made it between the two calls.
      }
      return try outer.openFolder(name)
    }
  }
}

/// Vouches with the machine's key for the hints of one registry of one project.
struct ProjectNotary: Notary {
  let file: MachineKeyFile
  let scope: MachineKey.Scope

  func voucher(for bytes: [UInt8], as kind: VoucherKind) -> Voucher? {
    file.findOrMake().flatMap { Voucher(bytes: $0.voucher(for: bytes, as: kind.name, in: scope)) }
  }

  func isRight(_ voucher: Voucher, for bytes: [UInt8], as kind: VoucherKind) -> Bool {
    file.find()?.isRight(voucher.bytes, for: bytes, as: kind.name, in: scope) ?? false
  }
}

extension VoucherKind {
  /// What is remembered of a registry's last check.
  static let state = VoucherKind(name: "state")
  /// The marks of a view's files.
  static let viewIndex = VoucherKind(name: "view-index")
  /// The journal of an installation.
  static let installJournal = VoucherKind(name: "install-journal")
}

extension Project {
  /// Vouches for the hints of a registry, or for those about the whole project.
  func notary(for registry: RegistryName?) -> any Notary {
    guard let realPath else { return NoNotary() }
    let scope = MachineKey.Scope(project: realPath.string, registry: registry?.description ?? "")
    return ProjectNotary(file: machineKey, scope: scope)
  }
}
