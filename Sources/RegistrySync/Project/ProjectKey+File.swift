package import Disk
import ObjectStore
package import RegistryModel
import SystemPackage

extension ProjectKey {
  /// Reads the key of a project, or returns nil when there is none.
  ///
  /// What is checked is the file that was opened, not the name: no exchange in between can matter.
  ///
  /// - Throws: `DiskError`; `ProjectKeyProblem`: a key that others can read is refused, not used with a
  ///   warning.
  package static func find(_ name: FileName, in folder: Folder) throws -> ProjectKey? {
    guard let file = try folder.findFile(name) else { return nil }
    if let problem = problem(of: file.attributes) { throw problem }
    // One byte more than it may have, so that a longer file is malformed and not a failing disk.
    guard file.attributes.size <= digitCount + 1 else { throw ProjectKeyProblem.malformed }
    return try ProjectKey(parsing: try file.readAll(limit: digitCount + 1))
  }

  private static func problem(of file: FileAttributes) -> ProjectKeyProblem? {
    guard file.owner == CurrentUser.id else { return .ownedByAnotherUser(file.owner) }
    return file.mode & 0o077 == 0 ? nil : .accessibleToOthers(mode: file.mode)
  }
}
