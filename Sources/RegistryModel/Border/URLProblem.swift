import Formats

/// Why a URL is refused (DESIGN section 5, "URLs").
///
/// No case contains the URL, because it may hold a password. Offsets count UTF-8 bytes from the start of the text.
package enum URLProblem: Error, Hashable, Sendable {
  /// The text is empty.
  case empty
  /// The URL, as written or as it would be requested, is longer than the limit; both in bytes.
  case tooLong(bytes: Int, limit: Int)
  /// The text does not begin with `scheme://`.
  case notAbsolute
  /// The scheme is not https (or http, where that is allowed).
  case schemeNotAllowed(String)
  /// Plain http to a host that is not loopback.
  case plainHTTPNotLoopback(host: String)
  /// Plain http to a loopback host while `allow_http_localhost` is false.
  case plainHTTPNotEnabled(host: String)
  /// There is a user name or password before the host.
  case userInfo
  /// There is no host.
  case emptyHost
  /// The host has a byte outside ASCII.
  case hostNotASCII(offset: Int)
  /// The host is neither a DNS name nor a dotted-quad IPv4 address.
  case badHost(String)
  /// The host in square brackets is not an IPv6 address.
  case badIPv6
  /// The port is not a number from 1 to 65535 without leading zeros.
  case badPort
  /// The URL has a query (`?`).
  case query(offset: Int)
  /// The URL has a fragment (`#`).
  case fragment(offset: Int)
  /// The URL has white space.
  case whitespace(offset: Int)
  /// The URL has a control, direction-changing or invisible character.
  case controlCharacter(offset: Int)
  /// The URL has a quote, backtick, backslash or a character with a special meaning in shells.
  case forbiddenCharacter(Unicode.Scalar, offset: Int)
  /// A `%` is not followed by two hex digits.
  case badEscape(offset: Int)
  /// An escape encodes `/`, `\` or a control byte.
  case forbiddenEscape(byte: UInt8, offset: Int)
  /// There is no path, not even `/`.
  case noPath
  /// Two slashes are adjacent.
  case emptySegment(offset: Int)
  /// A segment is `.` or `..`, escaped or not.
  case dotSegment(offset: Int)
  /// The path of a registry ends neither with `/catalog.yaml` nor with `/`.
  case notCatalog

  /// What is wrong, worded to follow the URL: lower case, no full stop, safe to print.
  package var summary: String {
    switch self {
    case .empty: "the URL is empty"
    case .tooLong(let bytes, let limit): "the URL is \(bytes) bytes long, more than \(limit)"
    case .notAbsolute: "the URL does not begin with 'https://'"
    case .schemeNotAllowed(let scheme): "scheme \(scheme.quotedForMessage) is not allowed, only 'https' is"
    case .plainHTTPNotLoopback(let host):
      "plain http is for 'localhost', '127.0.0.1' and '[::1]' only, not for \(host.quotedForMessage)"
    case .plainHTTPNotEnabled(let host):
      "plain http to \(host.quotedForMessage) needs 'allow_http_localhost: true' in the policy"
    case .userInfo: "the URL holds a user name or password"
    case .emptyHost: "the URL has no host"
    case .hostNotASCII(let offset): "the host is not ASCII at byte \(offset)"
    case .badHost(let host): "\(host.quotedForMessage) is not a valid host"
    case .badIPv6: "the host in brackets is not an IPv6 address"
    case .badPort: "the port is not a number from 1 to 65535"
    case .noPath: "the URL has no path"
    case .notCatalog: "the path ends in neither '/catalog.yaml' nor '/'"
    default: positionSummary
    }
  }

  private var positionSummary: String {
    switch self {
    case .query(let offset): "the URL has a query at byte \(offset)"
    case .fragment(let offset): "the URL has a fragment at byte \(offset)"
    case .whitespace(let offset): "the URL has white space at byte \(offset)"
    case .controlCharacter(let offset): "the URL has a control or invisible character at byte \(offset)"
    case .forbiddenCharacter(let scalar, let offset):
      "the URL has a forbidden \(String(scalar).quotedForMessage) at byte \(offset)"
    case .badEscape(let offset): "the escape at byte \(offset) is not '%' and two hex digits"
    case .forbiddenEscape(let byte, let offset):
      "the escape at byte \(offset) stands for byte \(byte), which is forbidden"
    case .emptySegment(let offset): "the path has an empty segment at byte \(offset)"
    case .dotSegment(let offset): "the path has a '.' or '..' segment at byte \(offset)"
    default: "the URL is refused"
    }
  }
}
