import Disk
package import Fetch
import Formats
package import RegistryModel
import SystemPackage

extension UserSettings {
  /// The login for requests to a URL; nil when none is configured.
  ///
  /// - Throws: `UserConfigurationError.credential` when one is configured and cannot be used.
  package func credential(for url: RequestURL, environment: [String: String]) throws -> OriginCredential? {
    guard let entry = configuration.findCredential(for: url) else { return nil }
    do {
      let authorization = try Self.authorization(entry, environment: environment)
      return OriginCredential(host: entry.host, port: entry.port, authorization: authorization)
    } catch {
      throw UserConfigurationError.credential(file ?? "", entry.position, origin: entry.origin, error)
    }
  }

  /// The value of the header.
  private static func authorization(
    _ entry: HostCredential,
    environment: [String: String]
  ) throws(CredentialProblem) -> String {
    switch entry.method {
    case .bearer(let variable): return "Bearer " + (try checked(try value(of: variable, environment)))
    case .basic(let variable): return try basic(value(of: variable, environment))
    case .netrc:
      let login = try netrcLogin(for: entry.host, environment: environment)
      return try basic("\(login.user):\(login.password)")
    case .command(let words): return "Bearer " + (try checked(try firstLine(of: words)))
    }
  }

  private static func value(
    of variable: String,
    _ environment: [String: String]
  ) throws(CredentialProblem) -> String {
    guard let secret = environment[variable], !secret.isEmpty else { throw .variableNotSet }
    return secret
  }

  /// Visible ASCII: anything else, above all a line break, would become part of the request.
  private static func checked(_ secret: String) throws(CredentialProblem) -> String {
    guard !secret.isEmpty, secret.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
      throw .unusableSecret
    }
    return secret
  }

  private static func basic(_ login: String) throws(CredentialProblem) -> String {
    guard try checked(login).contains(":") else { throw .noPassword }
    return "Basic " + StrictBase64.encode(Array(login.utf8))
  }

  // MARK: .netrc

  /// `NETRC` names the file; else it is `.netrc` in the home folder.
  private static func netrcPath(_ environment: [String: String]) -> FilePath? {
    if let named = environment["NETRC"], !named.isEmpty { return FilePath(named) }
    return environment["HOME"].flatMap { $0.hasPrefix("/") ? FilePath($0).appending(".netrc") : nil }
  }

  private static func netrcLogin(
    for host: String,
    environment: [String: String]
  ) throws(CredentialProblem) -> (user: String, password: String) {
    guard let path = netrcPath(environment) else { throw .noNetrc(nil) }
    // try?: one that cannot be read is as good as none; its path is in the error.
    guard let file = (try? netrc(path)) ?? nil else { throw .noNetrc(path) }
    guard file.isPrivate else { throw .unsafeNetrc(path) }
    guard let login = NetrcFile(file.bytes).find(host), let user = login.user, let password = login.password
    else { throw .notInNetrc(path) }
    return (user, password)
  }

  /// The bytes of the file, and whether it is the user's alone: whoever can read it has the password, and whoever can
  /// change it can have another one sent.
  private static func netrc(_ path: FilePath) throws(DiskError) -> (bytes: [UInt8], isPrivate: Bool)? {
    guard let last = path.lastComponent, let name = FileName(last.string) else { return nil }
    let parent = path.removingLastComponent()
    guard let file = try Folder.open(parent.isEmpty ? "." : parent).findFile(name) else { return nil }
    let isPrivate = file.attributes.owner == CurrentUser.id && file.attributes.mode & 0o077 == 0
    return (try file.readAll(limit: Limits.maxUserConfigurationBytes), isPrivate)
  }

  // MARK: Commands

  /// The first line that a program prints.
  ///
  /// It runs in the root folder, so that no file of a project takes part in what it does.
  private static func firstLine(of words: [String]) throws(CredentialProblem) -> String {
    let name = words.first ?? ""
    // try?: the root of the file system can always be opened; where not, the program cannot be run.
    guard let root = try? Folder.open("/"),
      let output = ProgramOutput.find(words, in: root, limit: Limits.maxUserConfigurationBytes),
      let line = output.split(separator: UInt8(ascii: "\n")).first
    else { throw .commandFailed(name) }
    return String(decoding: line.last == UInt8(ascii: "\r") ? line.dropLast() : line, as: UTF8.self)
  }
}
