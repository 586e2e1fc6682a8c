import Disk
import ObjectStore
package import RegistryModel

/// A file or folder that is not published; with a folder all that it has.
package struct LeftOut: Equatable, Sendable {
  /// The path from the published folder; a folder's ends in `/`.
  package let path: String
  package let reason: IgnoreChain.Reason
}

/// The names below a folder, without what ignore files leave out.
struct FolderListing: Sendable {
  /// In no particular order.
  private(set) var files: [ManifestPath] = []
  private(set) var leftOut: [LeftOut] = []
  /// The paths that cannot be published.
  private(set) var problems: [PublishProblem] = []

  private let root: Folder
  private let ignoreFile: FileName?
  /// Whether the folder is a registry, in which some names are those of `publish` itself.
  private let isRegistry: Bool
  /// Folders that are still to be listed, with what their ignore files and those above say.
  private var waiting: [(names: [FileName], path: String, ignored: IgnoreChain)]

  /// Lists a folder; only one folder is open at a time.
  ///
  /// `ignoreFile`: The name of the files that say what is left out; nil for none.
  ///
  /// - Throws: `DiskError`.
  init(_ root: Folder, ignoreFile: FileName?, builtIn: IgnoreRules, isRegistry: Bool = false) throws {
    self.root = root
    self.ignoreFile = ignoreFile
    self.isRegistry = isRegistry
    waiting = [([], "", IgnoreChain(builtIn: builtIn))]
    while let next = waiting.popLast() {
      guard let folder = try root.findFolder(at: next.names) else { continue }
      var ignored = next.ignored
      if let ignoreFile, let bytes = try Self.readIgnoreFile(ignoreFile, in: folder) {
        ignored.add(IgnoreRules(parsing: bytes), named: ignoreFile.string, in: next.path)
      }
      for name in try folder.names() { try add(name, in: folder, at: next.names, next.path, ignored) }
    }
  }

  private mutating func add(
    _ name: FileName,
    in folder: Folder,
    at names: [FileName],
    _ above: String,
    _ ignored: IgnoreChain
  ) throws {
    // What `publish` writes is neither published content nor left out.
    if names.isEmpty && name == ProjectLayout.manifest { return }
    try Cancellation.check()
    guard let attributes = try folder.findAttributes(name) else { return }
    let text = name.string
    if isRegistry, attributes.kind == .file, OfferFolder.owns(name, at: names) { return }
    let path = above.isEmpty ? text : above + "/" + text
    let isFolder = attributes.kind == .folder
    if let reason = ignored.reason(toLeaveOut: path, isFolder: isFolder) {
      // Our own folders are published, whatever is said about what else is in them.
      if isRegistry, isFolder, names.isEmpty, OfferFolder.isOurs(name) { return }
      leftOut.append(LeftOut(path: isFolder ? path + "/" : path, reason: reason))
      return
    }
    guard FileName(text) == name else {
      problems.append(.notUTF8(path: path))
      return
    }
    if isRegistry, !isFolder, OfferedFile.isReserved(atRoot: names.first?.string ?? text) {
      problems.append(.reserved(path: path))
      return
    }
    switch attributes.kind {
    case .folder: waiting.append((names + [name], path, ignored))
    case .file:
      do { files.append(try ManifestPath(parsing: path)) } catch { problems.append(.path(path, error)) }
    case .link, .other: problems.append(.notAFile(path: path))
    }
  }

  /// The ignore file of a folder; nil where there is none, or a link or folder has its name, which is left out anyway.
  static func readIgnoreFile(_ name: FileName, in folder: Folder) throws(DiskError) -> [UInt8]? {
    guard try folder.findAttributes(name)?.kind == .file else { return nil }
    return try folder.findBytes(name, limit: Limits.maxIgnoreFileBytes)
  }
}
