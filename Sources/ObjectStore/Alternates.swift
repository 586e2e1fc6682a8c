package import Disk
package import SystemPackage

/// Other object-store folders, whose objects may be used after they have been proven (DESIGN section 9).
///
/// Nothing in them is trusted, and nothing here depends on their survival.
package struct Alternates: Sendable {
  let places: [LooseObjects]

  /// The object folders that are open, in the order in which they are asked.
  package var folders: [Folder] { places.map(\.folder) }

  /// Folders that are listed but cannot be opened now; reading goes on without them.
  package let unavailable: [FilePath]

  /// Opens the folders that `info/alternates` names: one absolute path per line.
  ///
  /// Alternates of alternates are not followed. `lender` is asked last.
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
        // A lender that is gone is expected; `Fsck` names it.
        unavailable.append(path)
      }
    }
    if let lender { places.append(LooseObjects(folder: lender)) }
    return Alternates(places: places, unavailable: unavailable)
  }
}
