/// The statuses of the preview server's responses (RFC 9110 section 15).
enum Status: Int, Sendable {
  case ok = 200
  case notModified = 304
  case badRequest = 400
  case notFound = 404
  case methodNotAllowed = 405
  case misdirectedRequest = 421
  /// RFC 6585 section 5.
  case headTooLarge = 431

  var reason: String {
    switch self {
    case .ok: "OK"
    case .notModified: "Not Modified"
    case .badRequest: "Bad Request"
    case .notFound: "Not Found"
    case .methodNotAllowed: "Method Not Allowed"
    case .misdirectedRequest: "Misdirected Request"
    case .headTooLarge: "Request Header Fields Too Large"
    }
  }
}
