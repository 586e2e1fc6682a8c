package import Disk
import Synchronization
package import SystemPackage

/// A disk that fails on request, counts and records what it is asked to do, and can lose its power.
///
/// Works on the real one. Reading does not go through `Disk`, so a test looks at the outcome as any
/// program would: through `Folder`. May be used from several threads; calls are made one at a time.
package final class FaultyDisk: Disk {
  /// Which changing calls fail, counted from 1 since `arm`.
  package enum Fault: Sendable {
    /// This one alone.
    case call(Int, Errno)
    /// This one and all after it, as for a process that was killed or a disk that is gone.
    case from(Int, Errno)
  }

  private let posix = PosixDisk()
  private let state: Mutex<FaultyDiskState>

  /// Makes a disk.
  ///
  /// - Parameter aside: A folder outside what is tested but on the same file system; needed for
  ///   `powerCut`, which keeps there what it may have to bring back.
  package init(aside: Folder? = nil) {
    state = Mutex(FaultyDiskState(journal: aside.map(UnsyncedJournal.init)))
  }

  // MARK: What a test asks for

  /// Sets which calls fail, starts counting anew, and records the operations if asked to.
  package func arm(_ fault: Fault?, recording: Bool = false) {
    state.withLock {
      $0.fault = fault
      $0.isRecording = recording
      $0.callCount = 0
      $0.operations = []
    }
  }

  /// How many changing calls were made, failed ones included.
  package var callCount: Int { state.withLock { $0.callCount } }

  /// The changing calls that were recorded, in their order, failed ones included, such as `rename registries/tmp_* to
  /// registries/acme`: each file with its folder, unfinished names shortened to `tmp_*`.
  package var operations: [String] { state.withLock { $0.operations } }

  /// Does to the files what a power cut may do, and lets every later call fail with EIO.
  ///
  /// - Parameters:
  ///   - contents: What becomes of content that was not made durable.
  ///   - names: What becomes of names whose folder was not made durable since.
  /// - Throws: `DiskError` when the state cannot be brought about; the test is then worth nothing.
  package func powerCut(
    contents: UnsyncedJournal.Contents = .lost,
    names: UnsyncedJournal.Names = .undone
  ) throws(DiskError) {
    try state.withLock { (state) throws(DiskError) in
      guard var journal = state.journal else {
        preconditionFailure("a disk without a folder aside cannot lose its power")
      }
      state.fault = .from(0, .ioError)
      state.journal = nil
      try journal.cutPower(contents: contents, names: names)
    }
  }

  // MARK: Disk

  package func createFile(
    _ name: FileName,
    in folder: Folder,
    mode: UInt16
  ) throws(DiskError) -> WritableFile {
    try state.withLock { (state) throws(DiskError) in
      try state.admit(.create, "create \(label(name, folder))", folder.path.appending(name))
      let file = try posix.createFile(name, in: folder, mode: mode)
      try state.journal?.fileCreated(name, in: folder, descriptor: file.descriptor)
      return file
    }
  }

  package func openForAppending(
    _ name: FileName,
    in folder: Folder
  ) throws(DiskError) -> WritableFile {
    try state.withLock { (state) throws(DiskError) in
      try state.admit(.append, "append \(label(name, folder))", folder.path.appending(name))
      let isNew = try folder.findAttributes(name) == nil
      let file = try posix.openForAppending(name, in: folder)
      if isNew {
        try state.journal?.fileCreated(name, in: folder, descriptor: file.descriptor)
      } else {
        try state.journal?.fileOpened(name, in: folder, descriptor: file.descriptor)
      }
      return file
    }
  }

  package func write(_ bytes: RawSpan, to file: borrowing WritableFile) throws(DiskError) {
    let path = file.path
    let descriptor = file.descriptor
    var rest = bytes.withUnsafeBytes { [UInt8]($0) }
    let refusal = state.withLock { $0.refusal(.write, "write \(label(path))", path) }
    if let refusal {
      guard refusal.isFirst else { throw refusal.error }
      // A write that fails may have written some of the bytes, as on a full disk.
      rest.removeLast(rest.count - rest.count / 2)
    }
    try state.withLock { (state) throws(DiskError) in
      try state.journal?.fileWillChange(descriptor)
      state.journal?.fileWritten(rest, descriptor)
    }
    try posix.write(rest.span.bytes, to: file)
    if let refusal { throw refusal.error }
  }

  package func truncate(_ file: borrowing WritableFile, to length: Int64) throws(DiskError) {
    let path = file.path
    let descriptor = file.descriptor
    try state.withLock { (state) throws(DiskError) in
      try state.admit(.truncate, "truncate \(label(path))", path)
      try state.journal?.fileWillChange(descriptor)
      state.journal?.fileTruncated(to: Int(length), descriptor)
    }
    try posix.truncate(file, to: length)
  }

  package func synchronize(_ file: borrowing WritableFile) throws(DiskError) {
    let path = file.path
    let descriptor = file.descriptor
    try state.withLock { (state) throws(DiskError) in
      try state.admit(.synchronize, "sync \(label(path))", path)
    }
    try posix.synchronize(file)
    try state.withLock { (state) throws(DiskError) in
      try state.journal?.fileSynchronized(descriptor)
    }
  }

  package func synchronizeFile(_ name: FileName, in folder: Folder) throws(DiskError) {
    try state.withLock { (state) throws(DiskError) in
      try state.admit(.synchronize, "sync \(label(name, folder))", folder.path.appending(name))
      try posix.synchronizeFile(name, in: folder)
      try state.journal?.fileSynchronized(name, in: folder)
    }
  }

  package func synchronize(_ folder: Folder) throws(DiskError) {
    try state.withLock { (state) throws(DiskError) in
      try state.admit(.synchronize, "sync folder \(label(folder))", folder.path)
      try posix.synchronize(folder)
      try state.journal?.folderSynchronized(folder)
    }
  }

  package func synchronizeFileSystem(of folder: Folder, files: Int, bytes: Int64) throws(DiskError) -> Bool {
    try state.withLock { (state) throws(DiskError) in
      try state.admit(.synchronize, "sync file system of \(label(folder))", folder.path)
      // The order of calls must not depend on what other programs have to write.
      guard try posix.synchronizeFileSystem(of: folder, files: files, bytes: .max) else { return false }
      try state.journal?.allSynchronized()
      return true
    }
  }

  package func makeFolder(_ name: FileName, in folder: Folder, mode: UInt16) throws(DiskError) {
    try state.withLock { (state) throws(DiskError) in
      try state.admit(.makeFolder, "make folder \(label(name, folder))", folder.path.appending(name))
      try posix.makeFolder(name, in: folder, mode: mode)
      try state.journal?.folderMade(name, in: folder)
    }
  }

  package func rename(
    _ name: FileName,
    in folder: Folder,
    to newName: FileName,
    in newFolder: Folder
  ) throws(DiskError) {
    try state.withLock { (state) throws(DiskError) in
      try state.admit(
        .rename,
        "rename \(label(name, folder)) to \(label(newName, newFolder))",
        newFolder.path.appending(newName)
      )
      guard state.journal != nil else {
        return try posix.rename(name, in: folder, to: newName, in: newFolder)
      }
      try state.journal?.rename(name, in: folder, to: newName, in: newFolder)
    }
  }

  package func exchange(
    _ name: FileName,
    with other: FileName,
    in folder: Folder
  ) throws(DiskError) {
    try state.withLock { (state) throws(DiskError) in
      try state.admit(
        .exchange,
        "exchange \(label(name, folder)) with \(label(other, folder))",
        folder.path.appending(name)
      )
      try posix.exchange(name, with: other, in: folder)
      try state.journal?.exchanged(name, with: other, in: folder)
    }
  }

  package func link(
    _ name: FileName,
    in folder: Folder,
    to newName: FileName,
    in newFolder: Folder
  ) throws(DiskError) {
    try state.withLock { (state) throws(DiskError) in
      try state.admit(
        .link,
        "link \(label(name, folder)) to \(label(newName, newFolder))",
        newFolder.path.appending(newName)
      )
      try posix.link(name, in: folder, to: newName, in: newFolder)
      try state.journal?.linked(newName, in: newFolder)
    }
  }

  package func link(
    _ file: borrowing ReadableFile,
    to newName: FileName,
    in newFolder: Folder
  ) throws(DiskError) {
    let label = "link open file to \(label(newName, newFolder))"
    let refusal = state.withLock { $0.refusal(.link, label, newFolder.path.appending(newName)) }
    if let refusal { throw refusal.error }
    try posix.link(file, to: newName, in: newFolder)
    try state.withLock { (state) throws(DiskError) in try state.journal?.linked(newName, in: newFolder) }
  }

  package func clone(
    _ file: borrowing ReadableFile,
    into newFile: borrowing WritableFile
  ) throws(DiskError) {
    let path = newFile.path
    let refusal = state.withLock { $0.refusal(.clone, "clone into \(label(path))", path) }
    if let refusal { throw refusal.error }
    // What a journal does not see it cannot take back: such a disk cannot clone.
    if state.withLock({ $0.journal != nil }) { throw DiskError(.clone, path, .notSupported) }
    try posix.clone(file, into: newFile)
  }

  package func removeFile(_ name: FileName, in folder: Folder) throws(DiskError) {
    try state.withLock { (state) throws(DiskError) in
      try state.admit(.remove, "remove \(label(name, folder))", folder.path.appending(name))
      try state.journal?.fileWillBeRemoved(name, in: folder)
      try posix.removeFile(name, in: folder)
    }
  }

  package func removeFolder(_ name: FileName, in folder: Folder) throws(DiskError) {
    try state.withLock { (state) throws(DiskError) in
      try state.admit(.remove, "remove folder \(label(name, folder))", folder.path.appending(name))
      guard state.journal != nil else { return try posix.removeFolder(name, in: folder) }
      try state.journal?.removeFolder(name, in: folder)
    }
  }
}

/// What a `FaultyDisk` remembers.
struct FaultyDiskState {
  var fault: FaultyDisk.Fault?
  var callCount = 0
  var isRecording = false
  var operations: [String] = []
  var journal: UnsyncedJournal?

  init(journal: UnsyncedJournal?) {
    self.journal = journal
  }

  /// Counts and records a call, and throws if it is to fail.
  mutating func admit(
    _ operation: DiskError.Operation,
    _ description: @autoclosure () -> String,
    _ path: @autoclosure () -> FilePath
  ) throws(DiskError) {
    if let refusal = refusal(operation, description(), path()) { throw refusal.error }
  }

  /// Counts and records a call, and says how it is to fail and whether it is the first that does.
  mutating func refusal(
    _ operation: DiskError.Operation,
    _ description: @autoclosure () -> String,
    _ path: @autoclosure () -> FilePath
  ) -> (error: DiskError, isFirst: Bool)? {
    callCount += 1
    if isRecording { operations.append(description()) }
    switch fault {
    case .call(callCount, let code): return (DiskError(operation, path(), code), true)
    case .from(let first, let code) where callCount >= first:
      return (DiskError(operation, path(), code), callCount == first)
    default: return nil
    }
  }
}

private func label(_ name: FileName, _ folder: Folder) -> String {
  "\(label(folder))/\(shorten(name.string))"
}

private func label(_ folder: Folder) -> String {
  folder.path.lastComponent.map { shorten($0.string) } ?? "/"
}

private func label(_ path: FilePath) -> String {
  path.components.suffix(2).map { shorten($0.string) }.joined(separator: "/")
}

private func shorten(_ text: String) -> String {
  text.hasPrefix(TemporaryName.prefix) ? "tmp_*" : text
}
