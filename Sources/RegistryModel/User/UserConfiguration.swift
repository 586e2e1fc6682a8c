package import Formats

/// The user's own configuration: `config.yaml` outside every project (DESIGN section 8b).
///
/// Only here, or in the environment, can be said what reaches outside a project or lowers a guard, because a project
/// may have come from anybody. All paths are absolute or begin with `~/`, as written, until
/// `expandHome`; whoever uses one compares real paths.
package struct UserConfiguration: Equatable, Sendable {
  /// Folders whose projects and caches may belong to another user.
  package var safeDirectories: [String] = []
  /// Stores that the policy of a project may name as its `shared_store`.
  package var sharedStores: [String] = []
  /// A PEM file with certificate authorities to trust besides the system's; nil for none.
  package var caFile: String?
  /// What a project's policy cannot go below.
  package var atLeast = PolicyFloor()
  /// Logins by host; the secrets themselves are not in the file.
  package var credentials: [HostCredential] = []

  package init() {}

  /// The keys of the file.
  private static let keys = ["safe_directories", "shared_stores", "ca_file", "at_least", "credentials"]

  /// Reads the file; an empty one is an empty configuration.
  ///
  /// - Throws: `TextProblem` with the place of the first thing that is wrong; values that may be secrets are not in it.
  package static func parse(_ bytes: [UInt8]) throws(TextProblem) -> UserConfiguration {
    let root = try SafeYAML.parse(bytes)
    var configuration = UserConfiguration()
    if root.isNull { return configuration }
    for member in try YAMLFields(root, known: keys).members {
      switch member.key {
      case "safe_directories": configuration.safeDirectories = try paths(member.value, member.key)
      case "shared_stores": configuration.sharedStores = try paths(member.value, member.key)
      case "ca_file": configuration.caFile = try path(member.value, member.key)
      case "at_least": configuration.atLeast = try PolicyFloor(member.value)
      default: configuration.credentials = try readCredentials(member.value)
      }
    }
    return configuration
  }

  /// Puts the user's home in place of each `~`.
  ///
  /// - Throws: `HomePath.Problem` where it is not known.
  package mutating func expandHome(_ home: String?) throws(HomePath.Problem) {
    for index in safeDirectories.indices {
      safeDirectories[index] = try HomePath.expand(safeDirectories[index], home: home)
    }
    for index in sharedStores.indices {
      sharedStores[index] = try HomePath.expand(sharedStores[index], home: home)
    }
    if let path = caFile { caFile = try HomePath.expand(path, home: home) }
  }

  private static func paths(_ node: YAMLNode, _ key: String) throws(TextProblem) -> [String] {
    var paths: [String] = []
    for item in try node.items(for: key) { paths.append(try path(item, key)) }
    return paths
  }

  /// An absolute path, or one in the user's home; a `*` would look like a wildcard, and there is none.
  private static func path(_ node: YAMLNode, _ key: String) throws(TextProblem) -> String {
    let text = try node.string(for: key)
    guard TextProblem.Shape.oneLine.matches(text),
      text.hasPrefix("/") || HomePath.needsHome(text) && !HomePath.isOfAnotherUser(text),
      !text.contains("*")
    else {
      let rule = TextProblem.ValueRule.refused(ValueProblem(UserConfigurationProblem.notAbsolutePath))
      throw TextProblem(.invalidValue(key: key, value: text, rule: rule), at: node.position)
    }
    return text
  }

  private static func readCredentials(_ node: YAMLNode) throws(TextProblem) -> [HostCredential] {
    var credentials: [HostCredential] = []
    for item in try node.items(for: "credentials") {
      let credential = try HostCredential(item)
      guard !credentials.contains(where: { $0.origin == credential.origin }) else {
        throw TextProblem(.alreadyUsed(key: "host", value: credential.origin), at: item.position)
      }
      credentials.append(credential)
    }
    return credentials
  }

  /// The login for requests to a URL: of exactly this host and port, and only over TLS.
  package func findCredential(for url: RequestURL) -> HostCredential? {
    credentials.first { $0.isFor(url) }
  }
}
