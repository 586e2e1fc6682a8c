import Disk
import ObjectStore
import Refs
import SystemPackage

/// Temporary and replaced files of a cache outside its objects: `tmp_…` everywhere, `.tmp_…` beside views.
///
/// Find and remove them under the exclusive store lock, when no process is writing one.
struct CacheLeftovers: Sendable {
  private struct Place: Sendable {
    let folder: Folder
    let name: FileName
  }

  private var places: [Place] = []

  /// Finds the leftovers.
  ///
  /// - Throws: `DiskError`.
  init(in cache: Folder) throws(DiskError) {
    for name in try cache.names() where Self.isLeftover(name) {
      places.append(Place(folder: cache, name: name))
    }
    for top in [RefsLayout.refs, RefsLayout.logs, RefsLayout.state] {
      guard let folder = try cache.findFolder(top) else { continue }
      try add(from: folder)
      for name in try folder.names() where try folder.findAttributes(name)?.kind == .folder {
        if let inner = try folder.findFolder(name) { try add(from: inner) }
      }
    }
  }

  private mutating func add(from folder: Folder) throws(DiskError) {
    places += try folder.names().filter(Self.isUnfinished).map { Place(folder: folder, name: $0) }
  }

  /// Whether a name beside the views is that of a temporary or replaced view.
  static func isLeftover(_ name: FileName) -> Bool {
    isUnfinished(name) || name.string.hasPrefix(ProjectLayout.temporaryPrefix)
  }

  private static func isUnfinished(_ name: FileName) -> Bool {
    name.string.hasPrefix(StoreLayout.temporaryPrefix)
  }

  /// Counts the space that removing them frees.
  ///
  /// - Throws: `DiskError`.
  func count(into space: inout RemovedSpace) throws(DiskError) {
    for place in places { try space.addEverything(at: place.name, in: place.folder) }
  }

  /// Removes the leftovers.
  ///
  /// - Throws: `DiskError`.
  func remove(on disk: any Disk) throws(DiskError) {
    for place in places {
      try disk.removeRecursively(place.name, in: place.folder)
      try disk.synchronize(place.folder)
    }
  }
}
