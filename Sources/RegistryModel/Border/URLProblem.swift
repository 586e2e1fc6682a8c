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
}
