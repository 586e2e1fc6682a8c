package import RegistryModel

// Fetch: one HTTPS client.
//
// Requests and their limits, retries, proxies, and TLS. Only this target imports the HTTP library. It knows URLs, but
// nothing of manifests, policies, the store or the disk, and no such thing may enter it. It does not verify what it
// receives; callers do. Throws `FetchError`.

/// Fetches files of a registry; each request has limits of its own.
///
/// Implementations do not verify the content: the caller hashes it (DESIGN section 1, rule 3).
package protocol Transport: Sendable {
  /// Sends one request and passes on its body in order, as it arrives.
  ///
  /// A span is valid only during the call that gets it. Bytes beyond `maxBytes` are not passed on, nor is the body of
  /// a response that is not the requested file; an error may follow after some bytes were passed on. `receive` runs
  /// in the calling task, never on a network thread, and may throw to end the transfer.
  ///
  /// - Throws: `FetchError`; `CancellationError` if the task was cancelled; whatever `receive` throws, unchanged.
  func fetch(_ request: FetchRequest, receive: (RawSpan) throws -> Void) async throws -> FetchResponse

  /// Closes connections and ends threads; a later `fetch` fails with `FetchError.shutDown`.
  func shutdown() async
}

/// A request for one file, with the largest size that is accepted.
package struct FetchRequest: Sendable {
  /// The URL, which was checked when it was made.
  package var url: RequestURL
  /// The most bytes to accept, whatever size the server announces.
  package var maxBytes: Int64
  /// The entity tag of bytes that the caller has; makes the request conditional (RFC 9110 section 13.1.2).
  ///
  /// A tag that is not a valid header value is not sent.
  package var etag: String?
  /// Whether caches must ask the origin server (`Cache-Control: no-cache`).
  package var bypassCaches: Bool
  /// The login to send, if the URL is of its host.
  package var credential: OriginCredential?

  package init(
    url: RequestURL,
    maxBytes: Int64,
    etag: String? = nil,
    bypassCaches: Bool = false,
    credential: OriginCredential? = nil
  ) {
    self.url = url
    self.maxBytes = maxBytes
    self.etag = etag
    self.bypassCaches = bypassCaches
    self.credential = credential
  }
}

/// The result of a successful request.
package struct FetchResponse: Hashable, Sendable {
  /// Whether the server confirmed that the bytes of `FetchRequest.etag` are current; there is no body then.
  package var isNotModified: Bool
  /// The entity tag of the received file, if the server sent a well-formed one.
  package var etag: String?
  /// The number of bytes passed on.
  package var byteCount: Int64
  /// Where redirects led to; nil where there were none.
  package var redirection: Redirection?

  package init(
    isNotModified: Bool,
    etag: String?,
    byteCount: Int64,
    redirection: Redirection? = nil
  ) {
    self.isNotModified = isNotModified
    self.etag = etag
    self.byteCount = byteCount
    self.redirection = redirection
  }
}

/// Where the redirects of a request led.
package struct Redirection: Hashable, Sendable {
  /// The address that sent the response.
  package var url: RequestURL
  /// Whether that is named like a page on which a person is to log in.
  package var isLoginPage: Bool
  /// Where the file is to be asked for from now on, as the server says (301 and 308); nil for where it was.
  package var movedTo: RequestURL?
}
