import Disk
import Formats
package import RegistryModel
package import SystemPackage

/// What the user decides, and no project: the configuration file and the environment (DESIGN section 8b).
package struct UserSettings: Sendable {
  /// What the file says; empty without a file.
  package let configuration: UserConfiguration
  /// The file, where there is one.
  package let file: FilePath?
  /// The store that `MMDOS_SHARED_STORE` names, absolute; nil for none.
  package let sharedStore: FilePath?
  /// What `~` stands for; nil where it is not known.
  package let home: FilePath?
  /// The real paths of folders that may belong to another user.
  private let safeDirectories: [FilePath]

  /// Nothing is configured.
  package static let none = UserSettings()

  /// Combines file and environment; the file's paths are absolute.
  ///
  /// `safeDirectories`: Those of `MMDOS_SAFE_DIRECTORY`; one that is not absolute, or has a `*`, or is not there,
  /// allows nothing.
  package init(
    _ configuration: UserConfiguration = UserConfiguration(),
    file: FilePath? = nil,
    safeDirectories: [FilePath] = [],
    sharedStore: FilePath? = nil,
    home: FilePath? = nil
  ) {
    self.configuration = configuration
    self.home = home
    self.file = file
    self.sharedStore = sharedStore
    let all = safeDirectories + configuration.safeDirectories.map { FilePath($0) }
    self.safeDirectories = all.filter { $0.isAbsolute && !$0.string.contains("*") }
      // try?: see above.
      .compactMap { try? RealPath.of($0) }
  }

  /// Whether a folder is one of the safe directories or below one, both resolved to where they really are.
  func isSafe(_ folder: Folder) throws(DiskError) -> Bool {
    // Not looked up where nothing is configured, as this is asked by every command.
    guard !safeDirectories.isEmpty, let path = try RealPath.of(folder) else { return false }
    return safeDirectories.contains { path.starts(with: $0) }
  }

  /// A folder of `sources.yaml`: in the user's home where it begins with `~/`, else relative to the project's root.
  ///
  /// - Throws: `ProjectError.home`.
  package func path(ofSource text: String, from root: FilePath) throws(ProjectError) -> FilePath {
    do { return root.pushing(FilePath(try HomePath.expand(text, home: home?.string))) } catch {
      throw .home(ProjectLayout.sourcesPath, error)
    }
  }

  // MARK: What a project asks for

  /// The user's own file of certificate authorities.
  package var caFile: FilePath? { configuration.caFile.map { FilePath($0) } }

  /// Whether a policy may name this store.
  package func lists(sharedStore path: FilePath) -> Bool {
    guard let path = RealPath.ofFuture(path) else { return false }
    return configuration.sharedStores.contains { RealPath.ofFuture(FilePath($0)) == path }
  }
}
