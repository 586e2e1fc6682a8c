package import Disk
import ObjectStore
package import RegistryModel
import SystemPackage

extension ProjectKey {
  /// Reads the key of a project, or returns nil when there is none.
  ///
  /// The opened file is checked, not its name, so replacing the file in between has no effect.
  ///
  /// - Throws: `DiskError`; `ProjectKeyProblem`: a key that other users can read is refused.
  package static func find(_ name: FileName, in folder: Folder) throws -> ProjectKey? {
    guard let file = try folder.findFile(name) else { return nil }
    if let problem = problem(of: file.attributes) { throw problem }
    // One byte more than allowed, so that a longer file is reported as malformed and not as a disk error.
    guard file.attributes.size <= digitCount + 1 else { throw ProjectKeyProblem.malformed }
    return try ProjectKey(parsing: try file.readAll(limit: digitCount + 1))
  }

  private static func problem(of file: FileAttributes) -> ProjectKeyProblem? {
    guard file.owner == CurrentUser.id else { return .ownedByAnotherUser(file.owner) }
    return file.mode & 0o077 == 0 ? nil : .accessibleToOthers(mode: file.mode)
  }
}
