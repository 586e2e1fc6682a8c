import Preview

/// Sends bytes that no HTTP library would send.
package enum RawClient {
  /// Sends text to a port of 127.0.0.1 and returns all that comes until the server closes or time is up.
  package static func exchange(port: Int, _ text: String, timeLimit: Duration = .seconds(10)) async throws
    -> String
  {
    let deadline = ContinuousClock.Instant.now.advanced(by: timeLimit)
    let answer = try await Blocking.run {
      let socket = try Socket.connected(port: port, until: deadline)
      try socket.write(Array(text.utf8), until: deadline)
      return try readAll(socket, until: deadline)
    }
    return String(decoding: answer, as: UTF8.self)
  }

  private static func readAll(_ socket: borrowing Socket, until deadline: ContinuousClock.Instant) throws
    -> [UInt8]
  {
    var all: [UInt8] = []
    do {
      while true {
        let bytes = try socket.read(until: deadline)
        if bytes.isEmpty { return all }
        all += bytes
      }
    } catch Socket.Failure.timedOut {
      return all
    }
  }
}
