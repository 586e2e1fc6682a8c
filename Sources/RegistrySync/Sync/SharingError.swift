package import SystemPackage

/// Why a store is not shared: it is not linked as an alternate, or there is none.
package enum SharingError: Error, Equatable, Sendable {
  /// A folder is not linked as an alternate, or not unlinked.
  case alternate(FilePath, AlternateProblem)

  /// No shared store is named, or there is none; `unlisted` is one that the policy names and the user does not list.
  case noSharedStore(FilePath?, unlisted: FilePath?)
}

/// Why a folder is not linked as an alternate, or not unlinked.
package enum AlternateProblem: Equatable, Sendable {
  /// Neither a project with a cache, nor a cache, nor a folder of objects.
  case notAStore
  /// It is this project's own store.
  case itself
  /// The store takes from it already.
  case alreadyLinked
  /// The store does not take from it.
  case notLinked
  /// Its path has a line break, or is not UTF-8.
  case unwritablePath
  /// As many as are searched are linked already.
  case tooMany(limit: Int)
}
