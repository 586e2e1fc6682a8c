import NIOHTTP1
import RegistryModel

/// What the headers of a response mean for the request that they answer.
enum ResponseVerdict: Hashable, Sendable {
  /// The wanted file follows; its size if announced.
  case body(expectedBytes: Int64?, etag: String?)
  case notModified(etag: String?)
  case redirect(location: String)
  case refused(FetchError)
}

/// Judges headers; pure.
struct ResponseRules: Sendable {
  let request: FetchRequest
  /// The URL asked for, which differs from the request's after a redirect.
  let url: RequestURL
  let maxHeaderBytes: Int

  /// Decides about a final response (no informational one).
  ///
  /// `now` is in seconds since 1970, for a `Retry-After` that names a date.
  func judge(_ head: HTTPResponseHead, now: Int64) -> ResponseVerdict {
    if Self.headerBytes(of: head) > maxHeaderBytes {
      return .refused(.headersTooLarge(url: url, limitBytes: maxHeaderBytes))
    }
    switch head.status.code {
    case 200: return judgeBody(of: head)
    case 304 where request.etag.map(EntityTag.isValid) ?? false: return .notModified(etag: etag(of: head))
    case 301, 302, 303, 307, 308:
      let locations = head.headers["location"]
      guard locations.count == 1 else {
        return .refused(
          .redirectRefused(from: url, location: locations.joined(separator: ", "), reason: .invalid)
        )
      }
      return .redirect(location: locations[0])
    default:
      let pause = head.headers["retry-after"].first.flatMap { RetryAfter.parse($0, now: now) }
      return .refused(.status(url: url, code: Int(head.status.code), retryAfter: pause))
    }
  }

  private func judgeBody(of head: HTTPResponseHead) -> ResponseVerdict {
    let encodings = head.headers[canonicalForm: "content-encoding"].filter { $0.lowercased() != "identity" }
    if let encoding = encodings.first {
      return .refused(.unexpectedEncoding(url: url, encoding: String(encoding)))
    }
    let lengths = Set(head.headers["content-length"])
    guard lengths.count <= 1 else {
      return .refused(.malformedResponse(url: url, detail: "several content lengths"))
    }
    guard let text = lengths.first else {
      // HTTP/2 marks the end of a stream; HTTP/1 needs chunks, or a cut connection looks like the end.
      let isFramed = head.version.major >= 2 || isChunked(head)
      return isFramed ? .body(expectedBytes: nil, etag: etag(of: head)) : .refused(.unframedBody(url: url))
    }
    guard text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
      let length = Int64(text)
    else { return .refused(.malformedResponse(url: url, detail: "invalid content length")) }
    guard length <= request.maxBytes else {
      return .refused(.bodyTooLarge(url: url, limitBytes: request.maxBytes))
    }
    return .body(expectedBytes: length, etag: etag(of: head))
  }

  private func isChunked(_ head: HTTPResponseHead) -> Bool {
    head.headers[canonicalForm: "transfer-encoding"].last?.lowercased() == "chunked"
  }

  private func etag(of head: HTTPResponseHead) -> String? {
    let tags = head.headers["etag"]
    guard tags.count == 1, EntityTag.isValid(tags[0]),
      EntityTag.provesContent(tags[0], lastModified: head.headers["last-modified"].first)
    else { return nil }
    return tags[0]
  }

  /// Bytes that a head takes on the wire of HTTP/1: lines with their ends.
  static func headerBytes(of head: HTTPResponseHead) -> Int {
    head.headers.reduce(17 + head.status.reasonPhrase.utf8.count) {
      $0 + $1.name.utf8.count + $1.value.utf8.count + 4
    }
  }
}
