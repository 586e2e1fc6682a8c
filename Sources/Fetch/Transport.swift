package import RegistryModel

// Fetch: one HTTPS client.
//
// Requests and their limits, retries, proxies, and who a server is. It alone imports the HTTP library. It knows
// addresses, and nothing of manifests, policies, the store or the disk, and no such thing may enter it: what came is
// proven by whoever asked for it. Throws `FetchError`.

/// Fetches files of a registry, one bounded request at a time.
///
/// Implementations prove nothing: whoever receives the bytes hashes them (DESIGN section 1.3).
package protocol Transport: Sendable {
  /// Sends one request and hands over its body in order, as it arrives.
  ///
  /// A span is valid only during the call that gets it. No byte beyond `maxBytes` is handed over, and none
  /// of a response that is not the wanted file; a failure may come after some bytes were handed over.
  /// `receive` runs in the calling task, never on a network thread, and may throw to end the transfer.
  /// - Throws: `FetchError` for what went wrong on the way, `CancellationError` if the task was cancelled,
  ///   and unchanged whatever `receive` throws.
  func fetch(_ request: FetchRequest, receive: (RawSpan) throws -> Void) async throws -> FetchResponse

  /// Gives back connections and threads; a later `fetch` fails with `FetchError.shutDown`.
  func shutdown() async
}

/// One file to ask for, and how much of it to accept.
package struct FetchRequest: Sendable {
  /// What to ask for; checked where it was made.
  package var url: RequestURL
  /// The most bytes to accept, whatever the server announces.
  package var maxBytes: Int64
  /// An entity tag of bytes we hold; makes the request conditional (RFC 9110 section 13.1.2).
  ///
  /// A tag that would not be a legal header value is not sent.
  package var etag: String?
  /// Whether caches on the way must ask the origin (`Cache-Control: no-cache`).
  package var bypassCaches: Bool

  /// Describes a request.
  package init(url: RequestURL, maxBytes: Int64, etag: String? = nil, bypassCaches: Bool = false) {
    self.url = url
    self.maxBytes = maxBytes
    self.etag = etag
    self.bypassCaches = bypassCaches
  }
}

/// How a successful request ended.
package struct FetchResponse: Hashable, Sendable {
  /// Whether the server said that the bytes of `FetchRequest.etag` are still current; then there is no body.
  package var isNotModified: Bool
  /// The entity tag of what was received, if the server sent a well-formed one.
  package var etag: String?
  /// The bytes that were handed over.
  package var byteCount: Int64

  /// Describes a response.
  package init(isNotModified: Bool, etag: String?, byteCount: Int64) {
    self.isNotModified = isNotModified
    self.etag = etag
    self.byteCount = byteCount
  }
}
