import NIOCore
import NIOHTTP1
import NIOPosix

/// Answers the requests of one connection to the static server, one after the other.
struct StaticConnection: Sendable {
  private static let chunkBytes = 64 * 1024
  private static let contentTypes = [
    "md": "text/markdown; charset=utf-8", "yaml": "application/yaml", "yml": "application/yaml",
    "json": "application/json", "txt": "text/plain; charset=utf-8",
  ]

  /// The file changed while it was sent, so that its announced length cannot be kept.
  struct FileChanged: Error {}

  typealias Writer = NIOAsyncChannelOutboundWriter<HTTPServerResponsePart>

  let folder: StaticFolder
  let onRequest: @Sendable (StaticServer.Answer) -> Void

  func run(_ connection: StaticServer.Connection) async throws {
    try await connection.executeThenClose { inbound, outbound in
      var head: HTTPRequestHead?
      for try await part in inbound {
        switch part {
        case .head(let request): head = request
        case .body: break
        case .end:
          guard let request = head else { return }
          head = nil
          guard try await answer(request, outbound) else { return }
        }
      }
    }
  }

  /// Answers one request; false if the connection ends with it.
  private func answer(_ request: HTTPRequestHead, _ outbound: Writer) async throws -> Bool {
    switch StaticRequest.judge(request) {
    case .refused(let status): try await refuse(request, status, outbound)
    case .file(let components, let isHead):
      let file = try await NIOThreadPool.singleton.runIfActive { folder.find(components) }
      if let file {
        try await send(file, named: components.last ?? "", request, isHead: isHead, outbound)
      } else {
        try await refuse(request, .notFound, outbound)
      }
    }
    return request.isKeepAlive
  }

  private func refuse(_ request: HTTPRequestHead, _ status: HTTPResponseStatus, _ outbound: Writer)
    async throws
  {
    let text = "\(status.code) \(status.reasonPhrase)\n"
    var headers = commonHeaders()
    headers.add(name: "content-type", value: "text/plain; charset=utf-8")
    headers.add(name: "content-length", value: "\(text.utf8.count)")
    if status == .methodNotAllowed { headers.add(name: "allow", value: "GET, HEAD") }
    try await outbound.write(.head(responseHead(request, status, headers)))
    if request.method != .HEAD { try await outbound.write(.body(.byteBuffer(ByteBuffer(string: text)))) }
    try await outbound.write(.end(nil))
    report(request, status, byteCount: 0)
  }

  private func send(
    _ file: StaticFile,
    named name: String,
    _ request: HTTPRequestHead,
    isHead: Bool,
    _ outbound: Writer
  ) async throws {
    var headers = commonHeaders()
    headers.add(name: "etag", value: file.etag)
    if isCurrent(file, for: request) {
      try await outbound.write(.head(responseHead(request, .notModified, headers)))
      try await outbound.write(.end(nil))
      return report(request, .notModified, byteCount: 0)
    }
    let suffix = name.lastIndex(of: ".").map { name[name.index(after: $0)...].lowercased() } ?? ""
    headers.add(name: "content-type", value: Self.contentTypes[suffix] ?? "application/octet-stream")
    headers.add(name: "content-length", value: "\(file.byteCount)")
    try await outbound.write(.head(responseHead(request, .ok, headers)))
    if !isHead { try await sendBody(of: file, outbound) }
    try await outbound.write(.end(nil))
    report(request, .ok, byteCount: isHead ? 0 : file.byteCount)
  }

  /// Sends exactly the announced bytes, a piece at a time, as fast as the client takes them.
  private func sendBody(of file: StaticFile, _ outbound: Writer) async throws {
    var offset: Int64 = 0
    while offset < file.byteCount {
      let (start, count) = (offset, Int(min(Int64(Self.chunkBytes), file.byteCount - offset)))
      let bytes = try await NIOThreadPool.singleton.runIfActive { try file.read(at: start, count: count) }
      // Throwing closes the connection, which tells the client that the body is cut.
      guard bytes.count == count else { throw FileChanged() }
      try await outbound.write(.body(.byteBuffer(ByteBuffer(bytes: bytes))))
      offset += Int64(count)
    }
  }

  /// Compares `If-None-Match` weakly (RFC 9110 section 13.1.2).
  private func isCurrent(_ file: StaticFile, for request: HTTPRequestHead) -> Bool {
    request.headers[canonicalForm: "if-none-match"].contains { tag in
      tag == "*" || (tag.hasPrefix("W/") ? tag.dropFirst(2) : tag) == file.etag
    }
  }

  private func commonHeaders() -> HTTPHeaders {
    // A publisher who changes a file wants to see the change.
    ["x-content-type-options": "nosniff", "cache-control": "no-cache"]
  }

  private func responseHead(
    _ request: HTTPRequestHead,
    _ status: HTTPResponseStatus,
    _ headers: HTTPHeaders
  ) -> HTTPResponseHead {
    HTTPResponseHead(version: request.version, status: status, headers: headers)
  }

  private func report(_ request: HTTPRequestHead, _ status: HTTPResponseStatus, byteCount: Int64) {
    onRequest(
      .init(
        method: request.method.rawValue,
        target: request.uri,
        status: Int(status.code),
        byteCount: byteCount
      )
    )
  }
}
