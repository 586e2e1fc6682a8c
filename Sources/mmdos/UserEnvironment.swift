import Formats
import RegistryModel
import RegistrySync
import SystemPackage

/// The environment variables with which the user configures mmdos (DESIGN section 8b).
struct UserEnvironment {
  private let variables: [String: String]
  private let workingFolder: FilePath

  init(_ variables: [String: String], workingFolder: FilePath) {
    self.variables = variables
    self.workingFolder = workingFolder
  }

  /// Reads the configuration file and combines it with the variables.
  ///
  /// - Throws: `UserConfigurationError`, `DiskError`, `Failure`.
  func readSettings() throws -> UserSettings {
    let (path, isNamed) = try configurationFile()
    var configuration = try path.flatMap { try UserConfigurationFile.find($0, isNamed: isNamed) }
    do { try configuration?.expandHome(home?.string) } catch { throw Failure(home: error, in: path?.string) }
    return UserSettings(
      configuration ?? .init(),
      file: configuration == nil ? nil : path,
      safeDirectories: try (variables["MMDOS_SAFE_DIRECTORY"] ?? "").split(separator: ":")
        .map { try expanded(String($0), of: "MMDOS_SAFE_DIRECTORY") },
      sharedStore: try value("MMDOS_SHARED_STORE")
        .map { workingFolder.pushing(try expanded($0, of: "MMDOS_SHARED_STORE")) },
      home: home
    )
  }

  /// The configuration file and whether the user named it: `MMDOS_CONFIG`, which is empty for none, else
  /// `$XDG_CONFIG_HOME/mmdos/config.yaml`, else `~/.config/mmdos/config.yaml`.
  private func configurationFile() throws -> (FilePath?, isNamed: Bool) {
    if let named = variables["MMDOS_CONFIG"] {
      return named.isEmpty
        ? (nil, false) : (workingFolder.pushing(try expanded(named, of: "MMDOS_CONFIG")), true)
    }
    // A relative path is to be ignored (XDG Base Directory Specification).
    let folder = absolute("XDG_CONFIG_HOME") ?? absolute("HOME")?.appending(".config")
    return (folder?.appending("mmdos").appending("config.yaml"), false)
  }

  /// The folder of the machine's key, by the XDG Base Directory Specification 0.8; nil where none is known.
  var machineKeyFolder: FilePath? {
    (absolute("XDG_STATE_HOME") ?? absolute("HOME")?.pushing(".local/state"))?.appending("mmdos")
  }

  /// What `~` stands for.
  private var home: FilePath? { absolute("HOME") }

  /// A path that a variable holds; shells replace `~` in few places of an assignment.
  ///
  /// - Throws: `Failure` where it is in a home that is not known.
  private func expanded(_ text: String, of variable: String) throws -> FilePath {
    do { return FilePath(try HomePath.expand(text, home: home?.string)) } catch {
      throw Failure(home: error, in: variable)
    }
  }

  private func absolute(_ name: String) -> FilePath? {
    value(name).map { FilePath($0) }.flatMap { $0.isAbsolute ? $0 : nil }
  }

  /// The variable's value; nil also for an empty one.
  private func value(_ name: String) -> String? {
    variables[name].flatMap { $0.isEmpty ? nil : $0 }
  }
}
