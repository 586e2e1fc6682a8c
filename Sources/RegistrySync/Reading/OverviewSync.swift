import Disk
package import ObjectStore
package import RegistryModel

/// One snapshot of a registry's history, with what it changed and what its signatures are worth today.
package struct OverviewSync: Sendable {
  package let entry: RegistryHistory.Entry
  /// Against the snapshot before it; against nothing where that is not kept.
  package let changes: ChangeSummary
  package let extent: FileExtent
  /// Why it is not believed; what it says of itself may then be anybody's words.
  package let disbelief: Disbelief?
  /// Whether the snapshot before it is not believed.
  package let isBaseDoubted: Bool
  /// The keys that it says signed it, by today's trust store.
  package let signers: [TrustCheck.CheckedSigner]
  /// The refusals that were set aside when it was synced, such as `accept-unsigned`.
  package let overrides: [String]
  package let isInUse: Bool
  package let isNewest: Bool
}

/// What changed between two trees: the numbers of all, the names of the first.
package struct ChangeSummary: Equatable, Sendable {
  /// The most names that are kept of one sync: the first may add very many files.
  package static let maxNames = 60

  package let counts: ChangeCounts
  /// The first changes by path, without that of the manifest, which changes with every release.
  package let named: [TreeChange]

  package init(_ changes: [TreeChange]) {
    counts = ChangeCounts(changes)
    named = Array(changes.lazy.filter { !$0.path.isManifest }.prefix(Self.maxNames))
  }
}

/// How many files a tree has, and how large they are together.
package struct FileExtent: Equatable, Sendable {
  /// Without the manifest.
  package private(set) var fileCount = 0
  /// In bytes, as the trees state them.
  package private(set) var byteCount: Int64 = 0

  init(_ files: [TreeFile]) {
    for file in files { add(file, 1) }
  }

  /// That of the tree from which these changes led here.
  func before(_ changes: [TreeChange]) -> FileExtent {
    var extent = self
    for change in changes {
      if let new = change.new { extent.add(new, -1) }
      if let old = change.old { extent.add(old, 1) }
    }
    return extent
  }

  private mutating func add(_ file: TreeFile, _ sign: Int) {
    guard !file.path.isManifest else { return }
    fileCount += sign
    // A tree can state any size.
    byteCount = max(0, byteCount.addingClamped(sign < 0 ? -max(0, file.size) : file.size))
  }
}
