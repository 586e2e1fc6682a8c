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

  /// No alternates.
  static let none = Alternates(places: [], unavailable: [])

  /// Opens the folders that `info/alternates` names: one absolute path per line.
  ///
  /// Alternates of alternates are not followed.
  ///
  /// - Throws: `DiskError` when the list itself cannot be read.
  static func read(in objects: Folder) throws(DiskError) -> Alternates {
    guard let info = try objects.findFolder(StoreLayout.info),
      let bytes = try info.findBytes(StoreLayout.alternates, limit: 1 << 20)
    else { return none }
    var places: [LooseObjects] = []
    var unavailable: [FilePath] = []
    for line in bytes.split(separator: UInt8(ascii: "\n")) {
      let path = FilePath(String(decoding: line, as: UTF8.self))
      guard path.isAbsolute, !line.contains(0) else {
        unavailable.append(path)
        continue
      }
      do {
        places.append(LooseObjects(folder: try Folder.open(path)))
      } catch {
        // A lender that is gone is expected; `Fsck` names it.
        unavailable.append(path)
      }
    }
    return Alternates(places: places, unavailable: unavailable)
  }
}
