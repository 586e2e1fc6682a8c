package import Disk
import ObjectStore
package import RegistryModel
package import SystemPackage

extension Project {
  /// Reads the project's own key; nil where there is none.
  ///
  /// - Throws: `ProjectError.projectKey` for a key that other users can read, and for a missing file that the user
  ///   named; `DiskError`.
  package func readProjectKey() throws -> ProjectKey? {
    let path = signingKeyFile ?? ai.path.appending(ProjectLayout.signingKey)
    do {
      if let signingKeyFile { return try ProjectKey.read(signingKeyFile) }
      return try ProjectKey.find(ProjectLayout.signingKey, in: ai)
    } catch let problem as ProjectKeyProblem {
      throw ProjectError.projectKey(path, problem)
    }
  }
}

extension ProjectKey {
  /// Reads a key from a file that the user names, by the same rules as the project's own.
  ///
  /// - Throws: `ProjectError.projectKey`, also for a missing file; `DiskError`.
  package static func read(_ path: FilePath) throws -> ProjectKey {
    do {
      guard let key = try find(path) else { throw ProjectKeyProblem.absent }
      return key
    } catch let problem as ProjectKeyProblem {
      throw ProjectError.projectKey(path, problem)
    }
  }

  /// Reads a key from an open file of any kind, such as a pipe.
  ///
  /// - Throws: `ProjectError.projectKey`; `Errno`.
  package static func read(_ input: FileDescriptor, calledAs path: FilePath) throws -> ProjectKey {
    var bytes = [UInt8](repeating: 0, count: digitCount + 2)
    var count = 0
    while count < bytes.count {
      let read = try bytes.withUnsafeMutableBytes { try input.read(into: .init(rebasing: $0[count...])) }
      if read == 0 { break }
      count += read
    }
    do { return try ProjectKey(parsing: Array(bytes[..<count])) } catch {
      throw ProjectError.projectKey(path, error)
    }
  }

  /// Reads the key in a file outside the project; nil when there is none.
  ///
  /// The last component of the path may not be a link.
  ///
  /// - Throws: As `find(_:in:)`.
  static func find(_ path: FilePath) throws -> ProjectKey? {
    guard let name = path.lastComponent.flatMap({ FileName($0.string) }) else { return nil }
    let folder: Folder
    do { folder = try Folder.open(path.removingLastComponent()) } catch {
      guard error.code == .noSuchFileOrDirectory else { throw error }
      return nil
    }
    return try find(name, in: folder)
  }

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
