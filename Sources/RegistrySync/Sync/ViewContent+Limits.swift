import Disk
import ObjectStore
import RegistryModel

extension ViewContent {
  /// Checks that the snapshot is no larger than a sync would let it become.
  ///
  /// The limits may be stricter by now than when the snapshot was synced, and trees may be anybody's.
  ///
  /// - Throws: `SyncError.tooLarge`, `ReadingError.invalidManifest`.
  func check(_ limits: Limits, source: String) throws {
    // What is withheld is stored all the same.
    let files = files + withheld.map(\.file)
    let trees = TreeExtent(of: files.lazy.map(\.path.components))
    // The manifest is one of the files, and does not name itself.
    let count = files.count - 1 + trees.folderCount
    guard count <= limits.maxManifestEntries else {
      throw ReadingError.invalidManifest(
        source: source,
        .tooManyFiles(count: count, limit: limits.maxManifestEntries, at: nil)
      )
    }
    let bytes = files.map(\.size).clampedSum().addingClamped(trees.payloadBytes)
    guard bytes <= limits.maxSnapshotBytes else {
      throw SyncError.tooLarge(path: nil, limit: limits.maxSnapshotBytes)
    }
  }
}
