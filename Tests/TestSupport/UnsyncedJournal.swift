import Disk
import SystemPackage

/// What a power cut may take: content and names that were changed and not made durable since.
///
/// The strictest reading of POSIX: fsync of a file saves its content and no name, fsync of a folder saves
/// the names in it and no content, and a rename between two folders is one change in each. Where real file
/// systems keep more, a program that is right here is right there.
package struct UnsyncedJournal: Sendable {
  /// What becomes of content that was not made durable.
  package enum Contents: CaseIterable, Sendable {
    /// The content is again what it was when it was last made durable; of a new file, nothing.
    case lost
    /// The first half of what was added is there.
    case torn
  }

  /// What becomes of names that were not made durable.
  package enum Names: CaseIterable, Sendable {
    /// Each change of a name is undone, the latest first.
    case undone
    /// They happen to be durable.
    case kept
  }

  /// An open file's place and content.
  private struct OpenFile {
    let identity: FileAttributes.Identity
    let folder: Folder
    let name: FileName
  }

  /// What a file holds, and what it is sure to hold.
  private struct Content {
    var now: [UInt8]
    var durable: [UInt8]
    /// A second name of the file, while `now` is not durable.
    var aside: FileName?
  }

  private enum Undo {
    case removeFile
    case restoreFile(FileName)
    case moveFolderAside
    case restoreFolder(FileName)
    case renameFolderBack(FileName, Folder)
    case exchange(FileName)
  }

  private struct NameChange {
    let folder: Folder
    let identity: FileAttributes.Identity
    let name: FileName
    let undo: Undo
  }

  private let posix = PosixDisk()
  private let aside: Folder
  private var asideCount = 0
  private var openFiles: [CInt: OpenFile] = [:]
  private var contents: [FileAttributes.Identity: Content] = [:]
  private var changes: [NameChange] = []

  init(aside: Folder) {
    self.aside = aside
  }

  // MARK: Contents

  mutating func fileCreated(
    _ name: FileName,
    in folder: Folder,
    descriptor: CInt
  ) throws(DiskError) {
    let identity = try identity(name, folder)
    let aside = try keepAside(name, in: folder)
    contents[identity] = Content(now: [], durable: [], aside: aside)
    openFiles[descriptor] = OpenFile(identity: identity, folder: folder, name: name)
    try record(folder, name, .removeFile)
  }

  mutating func fileOpened(
    _ name: FileName,
    in folder: Folder,
    descriptor: CInt
  ) throws(DiskError) {
    let identity = try identity(name, folder)
    openFiles[descriptor] = OpenFile(identity: identity, folder: folder, name: name)
    if contents[identity]?.aside != nil { return }
    // Opened while all of it is durable: what it holds is what a power cut leaves. Read anew, because the
    // number of a removed file is used again.
    let bytes = try folder.findBytes(name, limit: .max) ?? []
    contents[identity] = Content(now: bytes, durable: bytes, aside: nil)
  }

  mutating func fileWillChange(_ descriptor: CInt) throws(DiskError) {
    guard let file = openFiles[descriptor], var content = contents[file.identity] else { return }
    guard content.aside == nil else { return }
    guard try identity(file.name, file.folder) == file.identity else {
      preconditionFailure("'\(file.name)' is written to again after it was made durable and renamed")
    }
    content.aside = try keepAside(file.name, in: file.folder)
    contents[file.identity] = content
  }

  mutating func fileWritten(_ bytes: [UInt8], _ descriptor: CInt) {
    guard let file = openFiles[descriptor] else { return }
    contents[file.identity]?.now += bytes
  }

  mutating func fileTruncated(to length: Int, _ descriptor: CInt) {
    guard let file = openFiles[descriptor], let content = contents[file.identity] else { return }
    let zeros = [UInt8](repeating: 0, count: max(length - content.now.count, 0))
    contents[file.identity]?.now = content.now.prefix(length) + zeros
  }

  mutating func fileSynchronized(_ descriptor: CInt) throws(DiskError) {
    guard let file = openFiles[descriptor] else { return }
    try settle(file.identity)
  }

  mutating func fileSynchronized(_ name: FileName, in folder: Folder) throws(DiskError) {
    try settle(try identity(name, folder))
  }

  private mutating func settle(_ identity: FileAttributes.Identity) throws(DiskError) {
    guard let content = contents[identity] else { return }
    contents[identity] = Content(now: content.now, durable: content.now, aside: nil)
    if let name = content.aside { try posix.removeFile(name, in: aside) }
  }

  // MARK: Names

  mutating func folderMade(_ name: FileName, in folder: Folder) throws(DiskError) {
    try record(folder, name, .moveFolderAside)
  }

  mutating func linked(_ name: FileName, in folder: Folder) throws(DiskError) {
    try record(folder, name, .removeFile)
  }

  mutating func exchanged(
    _ name: FileName,
    with other: FileName,
    in folder: Folder
  ) throws(DiskError) {
    try record(folder, name, .exchange(other))
  }

  mutating func fileWillBeRemoved(
    _ name: FileName,
    in folder: Folder
  ) throws(DiskError) {
    guard let attributes = try folder.findAttributes(name), attributes.kind != .folder else { return }
    try record(folder, name, .restoreFile(try keepAside(name, in: folder)))
  }

  /// Renames, keeping what is needed to take it back.
  mutating func rename(
    _ name: FileName,
    in folder: Folder,
    to newName: FileName,
    in newFolder: Folder
  ) throws(DiskError) {
    let old = try folder.findAttributes(name)
    let replaced = try newFolder.findAttributes(newName)
    guard let old, old.identity != replaced?.identity else {
      return try posix.rename(name, in: folder, to: newName, in: newFolder)
    }
    if old.kind == .folder {
      if replaced?.kind == .folder { try removeFolder(newName, in: newFolder) }
      try posix.rename(name, in: folder, to: newName, in: newFolder)
      try record(newFolder, newName, .renameFolderBack(name, folder))
    } else {
      let previous =
        replaced == nil || replaced?.kind == .folder ? nil : try keepAside(newName, in: newFolder)
      let moved = try keepAside(name, in: folder)
      try posix.rename(name, in: folder, to: newName, in: newFolder)
      try record(newFolder, newName, previous.map(Undo.restoreFile) ?? .removeFile)
      try record(folder, name, .restoreFile(moved))
    }
  }

  /// Removes an empty folder by moving it aside, so that handles to it stay good for taking back what
  /// happened in it before.
  mutating func removeFolder(_ name: FileName, in folder: Folder) throws(DiskError) {
    guard let inner = try folder.findFolder(name) else { return }
    guard try inner.names().isEmpty else {
      throw DiskError(.remove, inner.path, .directoryNotEmpty)
    }
    let kept = nextAside()
    try posix.rename(name, in: folder, to: kept, in: aside)
    try record(folder, name, .restoreFolder(kept))
  }

  mutating func folderSynchronized(_ folder: Folder) throws(DiskError) {
    let identity = try folder.attributes().identity
    for change in changes where change.identity == identity { try forget(change) }
    changes.removeAll { $0.identity == identity }
  }

  mutating func allSynchronized() throws(DiskError) {
    for identity in contents.keys { try settle(identity) }
    for change in changes { try forget(change) }
    changes = []
  }

  private func forget(_ change: NameChange) throws(DiskError) {
    if case .restoreFile(let kept) = change.undo { try posix.removeFile(kept, in: aside) }
  }

  // MARK: Power cut

  mutating func cutPower(contents outcome: Contents, names: Names) throws(DiskError) {
    if names == .undone {
      for change in changes.reversed() { try undo(change) }
    }
    for content in contents.values {
      guard let name = content.aside else { continue }
      var kept = content.durable
      if outcome == .torn {
        let common = zip(content.durable, content.now).prefix { $0 == $1 }.count
        kept = Array(content.now.prefix(common + (content.now.count - common) / 2))
      }
      let file = try posix.openForAppending(name, in: aside)
      try posix.truncate(file, to: 0)
      try posix.write(kept.span.bytes, to: file)
    }
  }

  private mutating func undo(_ change: NameChange) throws(DiskError) {
    let (name, folder) = (change.name, change.folder)
    switch change.undo {
    case .removeFile: try posix.removeFile(name, in: folder)
    case .restoreFile(let kept):
      try posix.removeFile(name, in: folder)
      try posix.link(kept, in: aside, to: name, in: folder)
    case .moveFolderAside: try posix.rename(name, in: folder, to: nextAside(), in: aside)
    case .restoreFolder(let kept): try posix.rename(kept, in: aside, to: name, in: folder)
    case .renameFolderBack(let old, let oldFolder):
      try posix.rename(name, in: folder, to: old, in: oldFolder)
    case .exchange(let other): try posix.exchange(name, with: other, in: folder)
    }
  }

  // MARK: Helpers

  private mutating func record(
    _ folder: Folder,
    _ name: FileName,
    _ undo: Undo
  ) throws(DiskError) {
    let identity = try folder.attributes().identity
    changes.append(NameChange(folder: folder, identity: identity, name: name, undo: undo))
  }

  private mutating func keepAside(
    _ name: FileName,
    in folder: Folder
  ) throws(DiskError) -> FileName {
    let kept = nextAside()
    try posix.link(name, in: folder, to: kept, in: aside)
    return kept
  }

  private mutating func nextAside() -> FileName {
    asideCount += 1
    guard let name = FileName("kept-\(asideCount)") else { preconditionFailure("digits are a plain name") }
    return name
  }

  private func identity(
    _ name: FileName,
    _ folder: Folder
  ) throws(DiskError) -> FileAttributes.Identity {
    guard let attributes = try folder.findAttributes(name) else {
      throw DiskError(.inspect, folder.path.appending(name), .noSuchFileOrDirectory)
    }
    return attributes.identity
  }
}
