import Disk
import ObjectStore
import Refs
import RegistryModel
import SystemPackage

/// The steps of an installation, written durably before they are done: `state/install.pending`.
///
///     install 2\n
///     folder <path>\n                                   *  made if it is missing, the outermost first
///     made <path>\n                                     *  made before for the plugin; goes when it is empty
///     step <old id or -> <new id or -> <path>\n         *  in the order they are done
///     voucher <64 hex digits, or - where the machine has no key>\n
///
/// The first version, `install 1`, has no last line; like any journal that this machine did not write it is dropped.
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
  /// The folders of tools that an earlier installation made: they go when the steps leave them empty.
  var madeFolders: [ManifestPath] = []
  var steps: [Step] = []
  /// Says who wrote the journal.
  private(set) var voucher: Voucher?

  func encode() -> [UInt8] {
    statement + Array("voucher \(voucher?.description ?? "-")\n".utf8)
  }

  /// The lines before the voucher, which are vouched for.
  private var statement: [UInt8] {
    var text = "install 2\n"
    for folder in folders { text += "folder \(folder)\n" }
    for folder in madeFolders { text += "made \(folder)\n" }
    for step in steps {
      text += "step \(step.old?.description ?? "-") \(step.new?.description ?? "-") \(step.path)\n"
    }
    return Array(text.utf8)
  }

  /// The same journal with a voucher of this machine, if it has a key.
  func vouched(by notary: any Notary) -> InstallJournal {
    var journal = self
    journal.voucher = notary.voucher(for: statement, as: .installJournal)
    return journal
  }

  /// Whether this machine wrote the journal.
  func isVouched(by notary: any Notary) -> Bool {
    guard let voucher else { return false }
    return notary.isRight(voucher, for: statement, as: .installJournal)
  }

  /// Decodes a journal; nil for anything that `encode` does not write, or with a path that no plugin may write.
  static func decode(_ bytes: [UInt8]) -> InstallJournal? {
    var journal = InstallJournal()
    // Split as bytes: in a String, a space and a combining mark after it are one Character.
    var lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    guard lines.count >= 3, lines.popLast()?.isEmpty == true, let last = lines.popLast() else { return nil }
    journal.voucher = Voucher(hex: String(decoding: last.dropFirst("voucher ".utf8.count), as: UTF8.self))
    for line in lines.dropFirst() {
      guard journal.take(line) else { return nil }
    }
    var above: Set<[String]> = []
    for step in journal.steps {
      let components = step.path.components
      for depth in components.indices.dropFirst() { above.insert(Array(components[..<depth])) }
    }
    guard journal.folders.allSatisfy({ above.contains($0.components) }),
      journal.madeFolders.allSatisfy({ InstallTarget.mayBeAbove($0) })
    else { return nil }
    return journal.encode() == bytes ? journal : nil
  }

  /// Takes one line of folders or a step; false for any other, and for a path that no plugin may write.
  private mutating func take(_ line: ArraySlice<UInt8>) -> Bool {
    let words = line.split(separator: UInt8(ascii: " "), maxSplits: 3, omittingEmptySubsequences: false)
      .map { String(decoding: $0, as: UTF8.self) }
    if let kind = words.first, ["folder", "made"].contains(kind) {
      let text = String(decoding: line.dropFirst(kind.utf8.count + 1), as: UTF8.self)
      // try?: with an invalid path it is not a valid journal.
      guard let path = try? ManifestPath(parsing: text) else { return false }
      if kind == "folder" { folders.append(path) } else { madeFolders.append(path) }
    } else {
      // try?: as above.
      guard words.count == 4, let path = try? ManifestPath(parsing: words[3]),
        PluginAssetRules.isWritten(path)
      else { return false }
      steps.append(Step(old: ObjectID(hex: words[1]), new: ObjectID(hex: words[2]), path: path))
    }
    return true
  }

  // MARK: On disk

  /// What lies in the place of a journal.
  enum Found {
    /// A journal that this machine wrote.
    case own(InstallJournal)
    /// Anything else: it asks for nothing that would be done.
    case foreign
  }

  /// What lies in the place of the journal; nil when no installation was interrupted.
  ///
  /// - Throws: `DiskError`.
  static func find(in cache: Folder, vouchedBy notary: any Notary) throws -> Found? {
    let bytes: [UInt8]?
    do throws(DiskError) {
      bytes = try cache.findFolder(RefsLayout.state)?
        .findBytes(ProjectLayout.installPending, limit: Limits.maxInstallJournalBytes)
    } catch {
      guard error.code == .fileTooLarge || error.isWrongKind else { throw error }
      return .foreign
    }
    guard let bytes else { return nil }
    guard let journal = decode(bytes), journal.isVouched(by: notary) else { return .foreign }
    return .own(journal)
  }

  /// Whether something lies in the place of a journal.
  ///
  /// - Throws: `DiskError`.
  static func isThere(in cache: Folder) throws(DiskError) -> Bool {
    try cache.findFolder(RefsLayout.state)?.findAttributes(ProjectLayout.installPending) != nil
  }
}

extension Project {
  /// Whether an installation was interrupted and waits to be undone by the next command that writes.
  ///
  /// - Throws: `DiskError`.
  package func hasInterruptedInstall() throws -> Bool {
    guard let cache = try Cache.find(in: self) else { return false }
    let found = try InstallJournal.find(in: cache.folder, vouchedBy: notary(for: nil))
    return if case .own? = found { true } else { false }
  }
}
