/// Reads the heads of requests from a connection, one after the other.
struct RequestReader {
  enum Result: Hashable {
    case head(RequestHead)
    case refused(Status)
    /// The client ended the connection.
    case end
  }

  private static let lineEnd: [UInt8] = [0x0D, 0x0A]
  private static let emptyLine: [UInt8] = [0x0D, 0x0A, 0x0D, 0x0A]

  private let limits: PreviewLimits
  /// The bytes received that were not returned yet.
  private var received: [UInt8] = []
  /// How many of these were searched for the end of a head.
  private var searchedCount = 0

  init(limits: PreviewLimits) {
    self.limits = limits
  }

  /// Waits for the next request's head.
  ///
  /// - Throws: `.timedOut` if it is not complete in time, even if bytes keep coming.
  mutating func next(from socket: borrowing Socket) throws(Socket.Failure) -> Result {
    let deadline = ContinuousClock.Instant.now.advanced(by: limits.idleTime)
    while true {
      if let result = take() { return result }
      let bytes = try socket.read(maxBytes: 4096, until: deadline)
      guard !bytes.isEmpty else { return .end }
      receive(bytes)
    }
  }

  /// Takes bytes of the connection.
  mutating func receive(_ bytes: some Sequence<UInt8>) {
    received += bytes
  }

  /// The next request among what was received, which it forgets; nil while that is not complete.
  ///
  /// After a refusal it is not known where the next request begins.
  mutating func take() -> Result? {
    skipEmptyLines()
    // An incomplete end marker begins within the last three bytes that were searched.
    let rest = received[max(0, searchedCount - 3)...]
    if let end = rest.firstRange(of: Self.emptyLine), end.upperBound <= limits.maxHeadBytes {
      let head = RequestHead(parsing: received[..<end.lowerBound])
      received.removeSubrange(..<end.upperBound)
      searchedCount = 0
      return head.map { .head($0) } ?? .refused(.badRequest)
    }
    guard received.count < limits.maxHeadBytes else { return .refused(.headTooLarge) }
    searchedCount = received.count
    return nil
  }

  /// Empty lines are allowed before a request (RFC 9112 section 2.2).
  private mutating func skipEmptyLines() {
    // The first byte of such a line may have come alone.
    guard searchedCount <= 1 else { return }
    var rest = received[...]
    while rest.starts(with: Self.lineEnd) { rest = rest.dropFirst(Self.lineEnd.count) }
    guard rest.startIndex > 0 else { return }
    received.removeSubrange(..<rest.startIndex)
    searchedCount = 0
  }
}
