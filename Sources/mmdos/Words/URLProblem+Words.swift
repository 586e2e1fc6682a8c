import Formats
import RegistryModel

extension URLProblem {
  /// What is wrong, worded to follow the URL: lower case, no full stop, safe to print.
  var words: String {
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
    case .query(let offset): "the URL has a query at byte \(offset)"
    case .fragment(let offset): "the URL has a fragment at byte \(offset)"
    case .whitespace(let offset): "the URL has white space at byte \(offset)"
    case .controlCharacter(let offset): "the URL has a control or invisible character at byte \(offset)"
    case .forbiddenCharacter(let scalar, let offset):
      "the URL has a forbidden \(String(scalar).quotedForMessage) at byte \(offset)"
    case .badEscape(let offset): "the escape at byte \(offset) is not '%' and two hex digits"
    case .forbiddenEscape(let byte, let offset):
      "the escape at byte \(offset) stands for byte \(byte), which is forbidden"
    case .noPath: "the URL has no path"
    case .emptySegment(let offset): "the path has an empty segment at byte \(offset)"
    case .dotSegment(let offset): "the path has a '.' or '..' segment at byte \(offset)"
    case .notCatalog: "the path ends in neither '/catalog.yaml' nor '/'"
    }
  }
}
