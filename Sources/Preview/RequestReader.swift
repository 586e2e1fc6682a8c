/// Reads the heads of requests from a connection, one after the other.
struct RequestReader {
  enum Result {
    case head(RequestHead)
    case refused(Status)
    /// The client ended the connection.
    case end
  }

  private static let emptyLine: [UInt8] = [0x0D, 0x0A, 0x0D, 0x0A]

  private let limits: PreviewLimits
  /// The bytes received that were not returned yet.
  private var received: [UInt8] = []

  init(limits: PreviewLimits) {
    self.limits = limits
  }

  /// Waits for the next request's head.
  ///
  /// - Throws: `.timedOut` if it is not complete in time, even if bytes keep coming.
  mutating func next(from socket: borrowing Socket) throws(Socket.Failure) -> Result {
    let deadline = ContinuousClock.Instant.now.advanced(by: limits.idleTime)
    var searchedCount = 0
    while true {
      // An empty line is allowed before a request (RFC 9112 section 2.2).
      if searchedCount == 0 {
        while received.starts(with: [0x0D, 0x0A]) { received.removeFirst(2) }
      }
      // An incomplete end marker begins within the last three bytes that were searched.
      let rest = received[max(0, searchedCount - 3)...]
      if let end = rest.firstRange(of: Self.emptyLine), end.upperBound <= limits.maxHeadBytes {
        let head = RequestHead(parsing: received[..<end.lowerBound])
        received.removeSubrange(..<end.upperBound)
        return head.map { .head($0) } ?? .refused(.badRequest)
      }
      guard received.count < limits.maxHeadBytes else { return .refused(.headTooLarge) }
      searchedCount = received.count
      let bytes = try socket.read(maxBytes: 4096, until: deadline)
      guard !bytes.isEmpty else { return .end }
      received += bytes
    }
  }
}
