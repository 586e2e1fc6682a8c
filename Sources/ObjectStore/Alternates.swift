package import Disk
package import SystemPackage

/// Object folders of other stores, whose objects may be used after they were verified (DESIGN section 9).
///
/// Nothing read from them is trusted, and this store stays complete if they disappear.
package struct Alternates: Sendable {
  let places: [LooseObjects]

  /// The object folders that could be opened, in the order in which they are searched.
  package var folders: [Folder] { places.map(\.folder) }

  /// Folders that are listed but cannot be opened now; reading continues without them.
  package let unavailable: [FilePath]

  /// Opens the folders that `info/alternates` names: one absolute path per line.
  ///
  /// Alternates of alternates are not followed. `lender` is searched last.
  ///
  /// - Throws: `DiskError` when the list itself cannot be read.
  static func read(in objects: Folder, and lender: Folder? = nil) throws(DiskError) -> Alternates {
    var places: [LooseObjects] = []
    var unavailable: [FilePath] = []
    for path in try AlternatesList.read(in: objects) {
      guard path.isAbsolute, !path.string.utf8.contains(0) else {
        unavailable.append(path)
        continue
      }
      do {
        places.append(LooseObjects(folder: try Folder.open(path)))
      } catch {
        if error.isOutOfDescriptors { throw error }
        // An alternate may disappear at any time, so this is not an error here; `Fsck` reports it.
        unavailable.append(path)
      }
    }
    if let lender { places.append(LooseObjects(folder: lender)) }
    return Alternates(places: places, unavailable: unavailable)
  }
}
