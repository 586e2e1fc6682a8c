import Disk
import ObjectStore
import Synchronization
import SystemPackage

/// Compares a view with its snapshot.
///
/// Nothing is read from a view but by people and agents; this check finds out whether its content is what was
/// verified.
package enum ViewCheck {
  /// A difference between a view and its snapshot.
  package enum Finding: Hashable, Sendable {
    /// There is no view.
    case absent
    /// The file is absent.
    case missing(path: String)
    /// The file has other content.
    case changed(path: String)
    /// The file is what it should be but for its line ends, which were converted to CRLF.
    case lineEnds(path: String)
    /// A link, folder or special file has the file's name, or the file is executable.
    case wrongKind(path: String)
    /// The snapshot has no such file or folder.
    case extra(path: String)

    /// The path in the view; empty for the view itself.
    package var path: String {
      switch self {
      case .absent: ""
      case .missing(let path), .changed(let path), .lineEnds(let path), .wrongKind(let path),
        .extra(let path):
        path
      }
    }
  }

  /// All differences, sorted by path.
  ///
  /// `view`: The view's folder, opened once, so that all findings are about one view even if it is exchanged.
  /// `unchangedSince`: Files with an earlier change time, in nanoseconds since 1970, are assumed to be as they were
  /// verified then; nil hashes every file.
  /// `besides`: Names in the view's folder that do not belong to the view and are ignored.
  ///
  /// - Throws: `DiskError` when a file cannot be read.
  static func findings(
    in view: Folder?,
    against content: ViewContent,
    unchangedSince: Int64? = nil,
    besides others: Set<String> = []
  ) throws(DiskError) -> [Finding] {
    guard let view else { return [.absent] }
    let found = Mutex<[Finding]>([])
    let groups = content.groups
    try Parallel.forEach(count: groups.count) { (index) throws(DiskError) in
      let group = try check(groups[index], in: view, unchangedSince: unchangedSince)
      if !group.isEmpty { found.withLock { $0 += group } }
    }
    var findings = found.withLock { $0 }
    let checksums = ProjectLayout.checksums
    if try !hasChecksums(of: content, in: view) {
      let isThere = try view.findAttributes(checksums) != nil
      findings.append(isThere ? .changed(path: checksums.string) : .missing(path: checksums.string))
    }
    let known = Known(
      files: others.union(content.files.map(\.path.description)).union([checksums.string]),
      folders: Set(
        groups.flatMap { group in
          group.folder.indices.map { group.folder[...$0].joined(separator: "/") }
        }
      )
    )
    try findExtra(in: view, prefix: "", known, into: &findings)
    return findings.sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
  }

  /// Whether a file is as it was written: a regular file, not executable, with the right content.
  static func isAsMaterialized(_ file: TreeFile, in folder: Folder) throws(DiskError) -> Bool {
    guard let name = file.path.components.last else { return false }
    return try has(file.id, StoreLayout.component(name), file.size, in: folder)
  }

  /// Whether a regular file that is not executable has the content of this id and size.
  static func has(
    _ id: ObjectID,
    _ name: FileName,
    _ size: Int64,
    in folder: Folder
  ) throws(DiskError) -> Bool {
    guard let opened = try folder.findFile(name) else { return false }
    guard opened.attributes.size == size, opened.attributes.mode & 0o7111 == 0 else { return false }
    return try hash(opened) == id
  }

  private static func check(
    _ group: ViewGroup,
    in view: Folder,
    unchangedSince: Int64?
  ) throws(DiskError) -> [Finding] {
    var folder: Folder? = view
    for (index, name) in group.folder.enumerated() {
      do throws(DiskError) {
        folder = try folder?.findFolder(StoreLayout.component(name))
      } catch {
        guard error.isWrongKind else { throw error }
        return [.wrongKind(path: group.folder[...index].joined(separator: "/"))]
      }
    }
    guard let folder else { return group.files.map { .missing(path: $0.path.description) } }
    var findings: [Finding] = []
    for file in group.files {
      try Cancellation.check()
      let path = file.path.description
      do throws(DiskError) {
        let attributes = try folder.findAttributes(StoreLayout.component(file.path.components.last ?? ""))
        guard let attributes else {
          findings.append(.missing(path: path))
          continue
        }
        if let unchangedSince, attributes.changeTime < unchangedSince, attributes.kind == .file { continue }
        if attributes.kind != .file || attributes.mode & 0o7111 != 0 {
          findings.append(.wrongKind(path: path))
        } else if try !isAsMaterialized(file, in: folder) {
          let isConverted = try ConvertedLineEnds.wereConverted(
            file.id,
            file.size,
            as: file.path,
            in: folder
          )
          findings.append(isConverted ? .lineEnds(path: path) : .changed(path: path))
        }
      } catch {
        guard error.isWrongKind else { throw error }
        findings.append(.wrongKind(path: path))
      }
    }
    return findings
  }

  /// The paths of a complete view.
  private struct Known {
    let files: Set<String>
    let folders: Set<String>
  }

  private static func findExtra(
    in folder: Folder,
    prefix: String,
    _ known: Known,
    into findings: inout [Finding]
  ) throws(DiskError) {
    for name in try folder.names() {
      let path = prefix + name.string
      guard known.folders.contains(path) else {
        if !known.files.contains(path) { findings.append(.extra(path: path)) }
        continue
      }
      let inner: Folder?
      do throws(DiskError) {
        inner = try folder.findFolder(name)
      } catch {
        // Something else in the folder's place was reported when its files were looked up.
        guard error.isWrongKind else { throw error }
        continue
      }
      if let inner { try findExtra(in: inner, prefix: path + "/", known, into: &findings) }
    }
  }

  /// Whether `checksums.json` says what the content is.
  static func hasChecksums(of content: ViewContent, in folder: Folder) throws(DiskError) -> Bool {
    do {
      // Twice the size leaves room for another layout.
      let limit = Int(Int64(content.checksums.count).multipliedClamped(by: 2))
      guard let found = try folder.findBytes(ProjectLayout.checksums, limit: limit) else { return false }
      return content.agrees(withChecksums: found)
    } catch  where error.isWrongKind || error.code == .fileTooLarge {
      return false
    }
  }

  private static func hash(_ file: borrowing ReadableFile) throws(DiskError) -> ObjectID {
    var digest = SHA256()
    var buffer = [UInt8](repeating: 0, count: Int(min(file.attributes.size, 64 * 1024 - 1)) + 1)
    while case let count = try file.read(into: &buffer), count > 0 {
      try Cancellation.check()
      let filled = buffer.span
      digest.update(filled.extracting(first: count).bytes)
    }
    return digest.finish()
  }
}
