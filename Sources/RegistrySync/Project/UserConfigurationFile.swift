import Disk
package import Formats
package import RegistryModel
package import SystemPackage

/// A problem with the user's configuration, as data; `mmdos` makes the words.
package enum UserConfigurationError: Error, Equatable, Sendable {
  /// The named file does not exist.
  case missing(FilePath)
  /// The file, or the folder it is in, could be changed by somebody else.
  case unsafe(FilePath, UnsafePlace)
  /// The file does not parse, or a value breaks a rule.
  case invalid(FilePath, TextProblem)
  /// A login that is configured for the host cannot be used; the position is that of its entry.
  case credential(FilePath, TextPosition, origin: String, CredentialProblem)

  /// Why a file or folder is not the user's alone.
  package enum UnsafePlace: Equatable, Sendable {
    case ownedByAnotherUser(UInt32)
    /// Group or others may write to it; the value is its permission bits.
    case writableByOthers(mode: UInt32)
  }
}

/// Why a login cannot be used.
package enum CredentialProblem: Error, Equatable, Sendable {
  /// The environment variable is not set, or empty.
  case variableNotSet
  /// The variable's value has white space, control characters or characters outside ASCII.
  case unusableSecret
  /// `basic_env` needs `user:password`.
  case noPassword
  /// There is no such `.netrc`, or nobody says where it is.
  case noNetrc(FilePath?)
  /// The `.netrc` is not the user's, or others may read or change it.
  case unsafeNetrc(FilePath)
  /// The `.netrc` has no login and password for the host.
  case notInNetrc(FilePath)
  /// The program could not be run, failed, or printed no line, or too much.
  case commandFailed(String)
}

/// Reads the user's configuration file.
package enum UserConfigurationFile {
  /// Reads the file; nil when there is none and `isNamed` is false.
  ///
  /// The file may be a link, as people keep such files elsewhere: then both folders and the file behind it must belong
  /// to the user, and nobody else may be able to write to them.
  ///
  /// `isNamed`: Whether the user named the file, so that its absence is a mistake.
  ///
  /// - Throws: `UserConfigurationError`, `DiskError`.
  package static func find(_ path: FilePath, isNamed: Bool) throws -> UserConfiguration? {
    guard let bytes = try findBytes(path) else {
      if isNamed { throw UserConfigurationError.missing(path) }
      return nil
    }
    do { return try UserConfiguration.parse(bytes) } catch {
      throw UserConfigurationError.invalid(path, error)
    }
  }

  private static func findBytes(_ path: FilePath) throws -> [UInt8]? {
    guard let last = path.lastComponent, let name = FileName(last.string), name.isPlain else { return nil }
    let parent = path.removingLastComponent()
    guard let folder = try findFolder(parent.isEmpty ? "." : parent),
      let found = try folder.findAttributes(name)
    else { return nil }
    try check(folder.attributes(), parent)
    guard found.kind == .link else { return try read(name, in: folder) }
    let real = try RealPath.of(path)
    guard let realLast = real.lastComponent, let realName = FileName(realLast.string) else { return nil }
    let realFolder = try Folder.open(real.removingLastComponent())
    try check(realFolder.attributes(), realFolder.path)
    return try read(realName, in: realFolder)
  }

  /// The opened file is checked, not its name.
  private static func read(_ name: FileName, in folder: Folder) throws -> [UInt8]? {
    guard let file = try folder.findFile(name) else { return nil }
    try check(file.attributes, file.path)
    return try file.readAll(limit: Limits.maxUserConfigurationBytes)
  }

  private static func findFolder(_ path: FilePath) throws -> Folder? {
    do { return try Folder.open(path) } catch  where error.code == .noSuchFileOrDirectory { return nil }
  }

  private static func check(_ attributes: FileAttributes, _ path: FilePath) throws {
    guard attributes.owner == CurrentUser.id else {
      throw UserConfigurationError.unsafe(path, .ownedByAnotherUser(attributes.owner))
    }
    guard attributes.mode & 0o022 == 0 else {
      throw UserConfigurationError.unsafe(path, .writableByOthers(mode: attributes.mode))
    }
  }
}
