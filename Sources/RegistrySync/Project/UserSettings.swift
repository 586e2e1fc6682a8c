import Disk
package import Fetch
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
  /// The real paths of folders that may belong to another user.
  private let safeDirectories: [FilePath]

  /// Nothing is configured.
  package static let none = UserSettings()

  /// Combines file and environment.
  ///
  /// `safeDirectories`: Those of `MMDOS_SAFE_DIRECTORY`; one that is not absolute, or has a `*`, or is not there,
  /// allows nothing.
  package init(
    _ configuration: UserConfiguration = UserConfiguration(),
    file: FilePath? = nil,
    safeDirectories: [FilePath] = [],
    sharedStore: FilePath? = nil
  ) {
    self.configuration = configuration
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

  // MARK: What a project asks for

  /// The user's own file of certificate authorities.
  package var caFile: FilePath? { configuration.caFile.map { FilePath($0) } }

  /// Whether a policy may name this store.
  package func lists(sharedStore path: FilePath) -> Bool {
    guard let path = RealPath.ofFuture(path) else { return false }
    return configuration.sharedStores.contains { RealPath.ofFuture(FilePath($0)) == path }
  }

  // MARK: Credentials

  /// The login for requests to a URL; nil when none is configured.
  ///
  /// - Throws: `UserConfigurationError.credential` when one is configured and cannot be used.
  package func credential(for url: RequestURL, environment: [String: String]) throws -> OriginCredential? {
    guard let entry = configuration.findCredential(for: url) else { return nil }
    func unusable(_ problem: CredentialProblem) -> UserConfigurationError {
      .credential(file ?? "", entry.position, origin: entry.origin, problem)
    }
    let (scheme, variable): (String, String)
    switch entry.method {
    case .bearer(let name): (scheme, variable) = ("Bearer", name)
    case .basic(let name): (scheme, variable) = ("Basic", name)
    case .netrc: throw unusable(.notYetSupported("netrc"))
    case .command: throw unusable(.notYetSupported("command"))
    }
    guard let secret = environment[variable], !secret.isEmpty else { throw unusable(.variableNotSet) }
    // Visible ASCII: anything else, above all a line break, would become part of the request.
    guard secret.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else { throw unusable(.unusableSecret) }
    if scheme == "Basic", !secret.contains(":") { throw unusable(.noPassword) }
    let value = scheme == "Basic" ? StrictBase64.encode(Array(secret.utf8)) : secret
    return OriginCredential(host: entry.host, port: entry.port, authorization: "\(scheme) \(value)")
  }
}
