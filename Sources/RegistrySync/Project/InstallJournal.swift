import Disk
import ObjectStore
import Refs
import RegistryModel
import SystemPackage

/// The steps of an installation, written durably before they are done: `state/install.pending`.
///
///     install 1\n
///     folder <path>\n                                   *  made if it is missing, the outermost first
///     step <old id or -> <new id or -> <path>\n         *  in the order they are done
///
/// The new content of step N, from 0, is in `state/install/N.new`, the old content in `N.old`.
struct InstallJournal: Equatable, Sendable {
  /// One change of one file.
  struct Step: Equatable, Sendable {
    let old: ObjectID?
    let new: ObjectID?
    let path: ManifestPath
  }

  /// The folders that did not exist.
  var folders: [ManifestPath] = []
  var steps: [Step] = []

  func encode() -> [UInt8] {
    var text = "install 1\n"
    for folder in folders { text += "folder \(folder)\n" }
    for step in steps {
      text += "step \(step.old?.description ?? "-") \(step.new?.description ?? "-") \(step.path)\n"
    }
    return Array(text.utf8)
  }

  /// Decodes a journal; nil for anything that `encode` does not write, or with a path that no plugin may write.
  ///
  /// The cache may come from somebody else, so a journal is not trusted and can only do what an installation could.
  static func decode(_ bytes: [UInt8]) -> InstallJournal? {
    var journal = InstallJournal()
    // Split as bytes: in a String, a space and a combining mark after it are one Character.
    let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    for line in lines.dropFirst().dropLast() {
      let words = line.split(separator: UInt8(ascii: " "), maxSplits: 3, omittingEmptySubsequences: false)
        .map { String(decoding: $0, as: UTF8.self) }
      if words.first == "folder" {
        let text = String(decoding: line.dropFirst("folder ".utf8.count), as: UTF8.self)
        // try?: with an invalid path it is not a valid journal.
        guard let path = try? ManifestPath(parsing: text) else { return nil }
        journal.folders.append(path)
      } else {
        // try?: as above.
        guard words.count == 4, let path = try? ManifestPath(parsing: words[3]),
          PluginAssetRules.isWritten(path)
        else { return nil }
        let (old, new) = (ObjectID(hex: words[1]), ObjectID(hex: words[2]))
        journal.steps.append(Step(old: old, new: new, path: path))
      }
    }
    guard journal.folders.allSatisfy({ folder in journal.steps.contains { $0.isBelow(folder) } }) else {
      return nil
    }
    return journal.encode() == bytes ? journal : nil
  }

  // MARK: On disk

  /// The journal of an interrupted installation, or nil.
  ///
  /// - Throws: `PluginContentError.brokenJournal`, `DiskError`.
  static func find(in cache: Folder) throws -> InstallJournal? {
    let bytes: [UInt8]?
    do throws(DiskError) {
      bytes = try cache.findFolder(RefsLayout.state)?
        .findBytes(ProjectLayout.installPending, limit: Limits.maxInstallJournalBytes)
    } catch {
      guard error.code == .fileTooLarge || error.isWrongKind else { throw error }
      throw PluginFileError.brokenJournal
    }
    guard let bytes else { return nil }
    guard let journal = decode(bytes) else { throw PluginFileError.brokenJournal }
    return journal
  }
}

extension InstallJournal.Step {
  fileprivate func isBelow(_ folder: ManifestPath) -> Bool {
    let (inner, outer) = (path.components, folder.components)
    return inner.count > outer.count && inner.starts(with: outer)
  }
}

extension Project {
  /// Whether an installation was interrupted and waits to be finished by the next command that writes.
  ///
  /// - Throws: `PluginContentError.brokenJournal`, `DiskError`.
  package func hasInterruptedInstall() throws -> Bool {
    guard let cache = try Cache.find(in: self) else { return false }
    return try InstallJournal.find(in: cache.folder) != nil
  }
}
