import Disk
import SystemPackage

/// Temporary files that a killed command left beside the files of a project: `tmp_` and 32 hex digits.
///
/// Find and remove them while holding the project's lock, under which all of these files are written; then none of them
/// belongs to a running command.
struct ProjectLeftovers {
  private let places: [(folder: Folder, name: FileName)]
  private let disk: any Disk

  /// Finds them in the root, for `.gitignore`, in `.ai`, in the folders of `.ai` that mmdos writes files into, and in that of
  /// the trust store.
  ///
  /// - Throws: `DiskError`.
  init(in project: Project) throws {
    disk = project.disk
    var folders = [project.root, project.ai]
    for name in [ProjectLayout.registries, ProjectLayout.policies, ProjectLayout.plugins] {
      // try?: a link in the place of a folder is an error of who uses the folder.
      if let folder = try? project.ai.findFolder(name) { folders.append(folder) }
    }
    // try?: a policy that does not parse, or a link, is an error of who uses them.
    let store = try? TrustStoreLocation(project.readPolicy()).findFolder(in: project)
    if let store = store.flatMap(\.self) {
      let identity = try store.attributes().identity
      if try !folders.contains(where: { try $0.attributes().identity == identity }) { folders.append(store) }
    }
    var found: [(folder: Folder, name: FileName)] = []
    for folder in folders {
      for name in try folder.names() where TemporaryName.isOne(name) {
        // Nothing but a plain file is made under such a name here.
        if try folder.findAttributes(name)?.kind == .file { found.append((folder, name)) }
      }
    }
    places = found
  }

  var isEmpty: Bool { places.isEmpty }

  /// Removes them.
  ///
  /// - Throws: `DiskError`.
  func remove() throws {
    for place in places { try disk.removeFile(place.name, in: place.folder) }
  }
}
