import Formats
import ObjectStore
import RegistryModel

/// The files and folders of the other installed plugins, by their paths without regard to case.
struct OwnedPaths {
  private struct Owned {
    let path: String
    let file: ManifestPath
    let id: ObjectID?
    let owner: PluginSlug
  }

  private var places: [String: Owned] = [:]

  init(of record: InstallRecord, except slug: PluginSlug) {
    for entry in record.entries where entry.slug.key != slug.key {
      for (file, id) in entry.files.sorted(by: { $0.key < $1.key }) {
        for (path, isFile) in Self.steps(to: file) {
          let key = UnicodeRules.caseFolded(path)
          if places[key] != nil { continue }
          places[key] = Owned(path: path, file: file, id: isFile ? id : nil, owner: entry.slug)
        }
      }
    }
  }

  /// Requires that no new file takes another plugin's place, on a file system that ignores case too.
  ///
  /// Two plugins may bring the same file; each may also go on bringing a file that both of them brought before
  /// (`sharing`), since updates come one after the other.
  ///
  /// - Throws: `PluginInstallError.ownedByOther`.
  func check(_ files: [PluginPackage.File], sharing: [ManifestPath: ObjectID]) throws {
    for file in files {
      for (path, isFile) in Self.steps(to: file.path) {
        guard let owned = places[UnicodeRules.caseFolded(path)] else { continue }
        let isShared = isFile ? owned.id == file.id || sharing[file.path] != nil : owned.id == nil
        if owned.path == path, isFile == (owned.id != nil), isShared { continue }
        throw PluginInstallError.ownedByOther(file.path, owner: owned.owner, theirs: owned.file)
      }
    }
  }

  /// The folders above a file, then the file.
  private static func steps(to file: ManifestPath) -> [(path: String, isFile: Bool)] {
    let names = file.components
    return names.indices.map { (names[...$0].joined(separator: "/"), $0 == names.count - 1) }
  }
}
