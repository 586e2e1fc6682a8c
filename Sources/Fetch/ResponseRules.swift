import Formats
import RegistryModel

/// The meaning of a response's headers for its request.
enum ResponseVerdict: Hashable, Sendable {
  /// The requested file follows, with its size if announced.
  case body(expectedBytes: Int64?, etag: String?)
  case notModified(etag: String?)
  case redirect(Redirect)
  case refused(FetchError)
}

/// Judges response headers; pure.
struct ResponseRules: Sendable {
  let request: FetchRequest
  /// The URL that was requested; after a redirect it differs from the request's.
  let url: RequestURL

  /// Judges a final response.
  ///
  /// `now` is in seconds since 1970, for a `Retry-After` that is a date.
  func judge(_ head: ResponseHead, now: Int64) -> ResponseVerdict {
    switch head.status {
    case 200: return judgeBody(of: head)
    case 304 where request.etag.map(EntityTag.isValid) ?? false: return .notModified(etag: etag(of: head))
    case 301, 302, 303, 307, 308:
      let locations = head.values("location")
      guard locations.count == 1 else {
        return .refused(
          .redirectRefused(from: url, origin: nil, reason: .invalid)
        )
      }
      return .redirect(
        Redirect(location: locations[0], isPermanent: head.status == 301 || head.status == 308)
      )
    case 401 where hasLogin, 403 where hasLogin: return .refused(.loginRefused(url: url, code: head.status))
    default:
      let pause = head.values("retry-after").first.flatMap { RetryAfter.parse($0, now: now) }
      return .refused(.status(url: url, code: head.status, retryAfter: pause))
    }
  }

  private var hasLogin: Bool { request.credential?.field(for: url) != nil }

  private func judgeBody(of head: ResponseHead) -> ResponseVerdict {
    let encodings = head.values("content-encoding").filter { $0.lowercased() != "identity" }
    if let encoding = encodings.first { return .refused(.unexpectedEncoding(url: url, encoding: encoding)) }
    let codings = head.values("transfer-encoding")
    let isChunked = codings.count == 1 && codings[0].lowercased() == "chunked"
    let lengths = Set(head.values("content-length"))
    guard lengths.count <= 1 else {
      return .refused(.malformedResponse(url: url, cause: .severalContentLengths))
    }
    guard let text = lengths.first else {
      // HTTP/2 marks the end of a stream; HTTP/1 needs chunks or a length, or a cut connection would look like the
      // end.
      let isFramed = head.majorVersion >= 2 || isChunked
      return isFramed ? .body(expectedBytes: nil, etag: etag(of: head)) : .refused(.unframedBody(url: url))
    }
    // A response with both is ambiguous: two readers may see different bodies (RFC 9112 section 6.1).
    guard codings.isEmpty else { return .refused(.malformedResponse(url: url, cause: .framing)) }
    guard !text.isEmpty, text.utf8.allSatisfy(ASCII.isDigit), let length = Int64(text) else {
      return .refused(.malformedResponse(url: url, cause: .contentLength))
    }
    guard length <= request.maxBytes else {
      return .refused(.bodyTooLarge(url: url, limitBytes: request.maxBytes))
    }
    return .body(expectedBytes: length, etag: etag(of: head))
  }

  private func etag(of head: ResponseHead) -> String? {
    let tags = head.values("etag")
    guard tags.count == 1, EntityTag.isValid(tags[0]),
      EntityTag.provesContent(tags[0], lastModified: head.values("last-modified").first)
    else { return nil }
    return tags[0]
  }
}
