package import Formats

/// A login for one host, an entry of `credentials` in the user's configuration.
///
/// The entry says where the secret is, never what it is.
package struct HostCredential: Equatable, Sendable {
  /// Where the secret is.
  package enum Method: Equatable, Sendable {
    /// An environment variable with a token, sent as `Authorization: Bearer`.
    case bearer(variable: String)
    /// An environment variable with `user:password`, sent as `Authorization: Basic`.
    case basic(variable: String)
    /// The user's `.netrc`, with the host's `login` and `password`, sent as `Authorization: Basic`.
    case netrc
    /// A program and its arguments; the first line that it prints is sent as `Authorization: Bearer`.
    case command([String])
  }

  /// The host in its normal form, an IPv6 address in brackets.
  package let host: String
  package let port: Int
  package let method: Method
  /// Where the entry begins in the file.
  package let position: TextPosition

  /// The host, and the port unless it is 443.
  package var origin: String { port == 443 ? host : "\(host):\(port)" }

  private static let keys = ["host", "bearer_env", "basic_env", "netrc", "command"]

  /// Reads one entry; it has a host and exactly one of the other keys.
  init(_ node: YAMLNode) throws(TextProblem) {
    let fields = try YAMLFields(node, for: "credentials", known: Self.keys)
    position = fields.position
    (host, port) = try Self.readHost(fields)
    var methods: [Method] = []
    if let variable = try Self.findVariable("bearer_env", fields) {
      methods.append(.bearer(variable: variable))
    }
    if let variable = try Self.findVariable("basic_env", fields) {
      methods.append(.basic(variable: variable))
    }
    if let usesNetrc = try fields.findBoolean("netrc"), usesNetrc { methods.append(.netrc) }
    if let command = try Self.findCommand(fields) { methods.append(.command(command)) }
    guard let method = methods.first, methods.count == 1 else {
      let rule = TextProblem.ValueRule.refused(ValueProblem(UserConfigurationProblem.notOneMethod))
      throw TextProblem(.invalidValue(key: "host", value: host, rule: rule), at: position)
    }
    self.method = method
  }

  /// Whether the login is for requests to this URL.
  package func isFor(_ url: RequestURL) -> Bool {
    url.scheme == "https" && url.host == host && url.port == port
  }

  /// The value is never in the error: people write whole addresses, passwords included, where a host belongs.
  private static func readHost(_ fields: YAMLFields) throws(TextProblem) -> (String, Int) {
    let text = try fields.readString("host")
    do {
      guard !text.contains("/"), !text.contains("@") else { throw URLProblem.badHost("") }
      let parts = try URLParser.parse("https://\(text)/", allowHTTPLocalhost: false)
      return (parts.host, parts.port)
    } catch {
      throw TextProblem(
        .hiddenValue(
          key: "host",
          rule: .refused(ValueProblem(UserConfigurationProblem.notAHost))
        ),
        at: try fields.read("host").position
      )
    }
  }

  /// Here, too, the value is not in the error: it may be the secret itself, written by mistake.
  private static func findVariable(_ key: String, _ fields: YAMLFields) throws(TextProblem) -> String? {
    guard let node = fields.find(key) else { return nil }
    let name = try node.string(for: key)
    let isName =
      name.utf8.first.map { !ASCII.isDigit($0) } ?? false
      && name.utf8.allSatisfy { ASCII.isLetterOrDigit($0) || $0 == UInt8(ascii: "_") }
    guard isName else {
      throw TextProblem(
        .hiddenValue(
          key: key,
          rule: .refused(ValueProblem(UserConfigurationProblem.notAVariable))
        ),
        at: node.position
      )
    }
    return name
  }

  private static func findCommand(_ fields: YAMLFields) throws(TextProblem) -> [String]? {
    guard let node = fields.find("command") else { return nil }
    let words = try node.strings(for: "command")
    guard let program = words.first, !program.isEmpty else {
      throw TextProblem(.hiddenValue(key: "command", rule: .notEmpty), at: node.position)
    }
    return words
  }
}
