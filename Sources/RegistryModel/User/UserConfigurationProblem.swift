/// Why a value of the user's configuration is refused; none of them holds the value, which may be a secret.
package enum UserConfigurationProblem: Error, Equatable, Sendable {
  /// A path is not absolute, or has a wildcard or a character that is not shown.
  case notAbsolutePath
  /// What should be a host, perhaps with a port, is something else.
  case notAHost
  /// What should be the name of an environment variable is something else.
  case notAVariable
  /// A login has none or several of the keys that say where the secret is.
  case notOneMethod
}
