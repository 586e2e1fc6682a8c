import Disk

/// Answers the requests of one connection to the static server, one after the other.
struct StaticConnection: Sendable {
  private static let chunkBytes = 64 * 1024
  private static let contentTypes = [
    "md": "text/markdown; charset=utf-8", "yaml": "application/yaml", "yml": "application/yaml",
    "json": "application/json", "txt": "text/plain; charset=utf-8",
  ]

  /// The file changed while it was sent, so the announced length is wrong.
  private struct FileChanged: Error {}

  let folder: StaticFolder
  let limits: PreviewLimits
  let onRequest: @Sendable (StaticServer.Answer) -> Void

  /// Answers until the client ends the connection, a limit is exceeded, or the server stops.
  func run(_ socket: borrowing Socket) throws {
    var reader = RequestReader(limits: limits)
    while true {
      switch try reader.next(from: socket) {
      case .end: return
      case .refused(let status):
        try write(refusal(status, isHead: false, isLast: true), to: socket)
        return try finish(socket)
      case .head(let head):
        // A body is not read, so the start of the next request is not known.
        let isLast = !head.keepsAlive || head.hasBody
        try answer(head, isLast: isLast, socket)
        if isLast { return try finish(socket) }
      }
    }
  }

  /// Waits for the client to read the response before closing: closing with unread bytes sends a reset, which may
  /// overtake the response.
  private func finish(_ socket: borrowing Socket) throws(Socket.Failure) {
    socket.endWriting()
    try socket.drain(maxBytes: 1 << 20, until: .now.advanced(by: min(limits.idleTime, .seconds(2))))
  }

  private func answer(_ head: RequestHead, isLast: Bool, _ socket: borrowing Socket) throws {
    let status: Status
    var byteCount: Int64 = 0
    switch StaticRequest.judge(head) {
    case .refused(let refused):
      status = refused
      try write(refusal(status, isHead: head.method == "HEAD", isLast: isLast), to: socket)
    case .file(let components, let isHead):
      if let file = folder.find(components) {
        status = isCurrent(file.attributes, for: head) ? .notModified : .ok
        let fields = fields(of: file.attributes, named: components.last ?? "", status)
        try write(Self.head(status, fields, isLast: isLast), to: socket)
        if status == .ok, !isHead {
          try sendBody(of: file, socket)
          byteCount = file.attributes.size
        }
      } else {
        status = .notFound
        try write(refusal(status, isHead: isHead, isLast: isLast), to: socket)
      }
    }
    onRequest(.init(method: head.method, target: head.target, status: status.rawValue, byteCount: byteCount))
  }

  /// Sends exactly the announced number of bytes, in pieces, at the client's speed.
  private func sendBody(of file: borrowing ReadableFile, _ socket: borrowing Socket) throws {
    var rest = file.attributes.size
    var chunk = [UInt8](repeating: 0, count: Int(min(Int64(Self.chunkBytes), rest)))
    while rest > 0 {
      let count = try file.read(at: file.attributes.size - rest, into: &chunk)
      // The error closes the connection, so the client sees that the body is incomplete.
      guard count > 0 else { throw FileChanged() }
      let piece = chunk.prefix(Int(min(Int64(count), rest)))
      try socket.write(piece, until: .now.advanced(by: limits.idleTime))
      rest -= Int64(piece.count)
    }
  }

  /// Compares `If-None-Match` weakly (RFC 9110 section 13.1.2).
  private func isCurrent(_ file: FileAttributes, for head: RequestHead) -> Bool {
    head.members("if-none-match").contains { tag in
      tag == "*" || (tag.hasPrefix("W/") ? tag.dropFirst(2) : tag[...]) == file.etag
    }
  }

  private func fields(of file: FileAttributes, named name: String, _ status: Status) -> [String] {
    guard status == .ok else { return ["etag: \(file.etag)"] }
    let suffix = name.lastIndex(of: ".").map { name[name.index(after: $0)...].lowercased() } ?? ""
    let type = Self.contentTypes[suffix] ?? "application/octet-stream"
    return ["etag: \(file.etag)", "content-type: \(type)", "content-length: \(file.size)"]
  }

  /// A complete error response.
  private func refusal(_ status: Status, isHead: Bool, isLast: Bool) -> [UInt8] {
    let text = "\(status.rawValue) \(status.reason)\n"
    var fields = ["content-type: text/plain; charset=utf-8", "content-length: \(text.utf8.count)"]
    if status == .methodNotAllowed { fields.append("allow: GET, HEAD") }
    return Self.head(status, fields, isLast: isLast) + (isHead ? [] : Array(text.utf8))
  }

  private static func head(_ status: Status, _ fields: [String], isLast: Bool) -> [UInt8] {
    // Not cached, so that a publisher who changes a file sees the change.
    var lines = ["HTTP/1.1 \(status.rawValue) \(status.reason)", "x-content-type-options: nosniff"]
    lines += ["cache-control: no-cache"] + fields
    if isLast { lines.append("connection: close") }
    return Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8)
  }

  private func write(_ bytes: [UInt8], to socket: borrowing Socket) throws(Socket.Failure) {
    try socket.write(bytes, until: .now.advanced(by: limits.idleTime))
  }
}
