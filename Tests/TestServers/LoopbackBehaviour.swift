/// What a test server does with one request.
package enum LoopbackBehaviour: Sendable {
  /// Serves the file of that path with Content-Length and ETag, 304 if the client has it, 404 if there is none.
  case file
  /// Answers properly framed, with these fields and this body.
  case answer(status: Int, fields: [String: String] = [:], body: [UInt8] = [])
  /// Sends whatever it says, step by step; afterwards the connection is kept.
  case script([Step])

  /// One step of a script.
  package enum Step: Sendable {
    case send([UInt8])
    /// Sends the same bytes until the client goes away.
    case sendForever([UInt8], every: Duration = .zero)
    case pause(Duration)
    /// Says nothing more until the client goes away.
    case stall
    case close
    /// Closes with a reset: the client sees ECONNRESET, not an end.
    case reset
  }

  /// Another status than the wanted one, with an optional `Retry-After` in seconds.
  package static func status(_ status: Int, retryAfter: Int? = nil) -> Self {
    .answer(
      status: status,
      fields: retryAfter.map { ["Retry-After": "\($0)"] } ?? [:],
      // After these a client takes whatever follows for the next answer of the connection (RFC 9110, 6.4.1).
      body: [204, 304].contains(status) ? [] : Array("no\n".utf8)
    )
  }

  /// A redirect to any text.
  package static func redirect(to location: String, status: Int = 302) -> Self {
    .answer(status: status, fields: ["Location": location])
  }

  /// A proper answer with these bytes, whatever the file is.
  package static func bytes(_ body: [UInt8]) -> Self {
    .answer(status: 200, body: body)
  }

  /// Sends text as it is.
  package static func raw(_ text: String, _ steps: Step...) -> Self {
    .script([.send(Array(text.utf8))] + steps)
  }

  /// Announces a length, sends less, and ends the connection.
  package static func truncated(_ body: [UInt8], announced: Int) -> Self {
    .script([.send(head(length: announced) + body), .close])
  }

  /// Announces a length, sends less, and resets the connection.
  package static func resetInMidBody(_ body: [UInt8], announced: Int) -> Self {
    .script([.send(head(length: announced) + body), .pause(.milliseconds(50)), .reset])
  }

  /// Announces a length, sends less, and says nothing more.
  package static func stalledBody(_ body: [UInt8], announced: Int) -> Self {
    .script([.send(head(length: announced) + body), .stall])
  }

  /// Announces a length and sends more.
  package static func longerThanAnnounced(_ body: [UInt8], announced: Int) -> Self {
    .script([.send(head(length: announced) + body)])
  }

  /// Sends the body a few bytes at a time.
  package static func slowDrip(_ body: [UInt8], bytes: Int, every pause: Duration) -> Self {
    let pieces = stride(from: 0, to: body.count, by: bytes).flatMap { start in
      [Step.send(Array(body[start..<min(start + bytes, body.count)])), .pause(pause)]
    }
    return .script([.send(head(length: body.count))] + pieces)
  }

  /// A chunked body that never ends.
  package static var endlessChunkedBody: Self {
    let chunk = "4000\r\n" + String(repeating: "x", count: 0x4000) + "\r\n"
    return .script([.send(chunkedHead), .sendForever(Array(chunk.utf8))])
  }

  /// A chunked body that ends without its last chunk.
  package static var cutChunkedBody: Self {
    .script([.send(chunkedHead + Array("5\r\nhello\r\n".utf8)), .close])
  }

  /// Takes the request and says nothing.
  package static var stalledBeforeHeaders: Self { .script([.stall]) }

  /// Header fields without end.
  package static var endlessHeaders: Self {
    let line = "X-Filler: " + String(repeating: "x", count: 1000) + "\r\n"
    return .script([.send(Array("HTTP/1.1 200 OK\r\n".utf8)), .sendForever(Array(line.utf8))])
  }

  /// Informational responses without end.
  package static func endlessInformational(every pause: Duration = .zero) -> Self {
    .script([.sendForever(Array("HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n".utf8), every: pause)])
  }

  private static func head(length: Int) -> [UInt8] {
    Array("HTTP/1.1 200 OK\r\nContent-Length: \(length)\r\n\r\n".utf8)
  }

  private static let chunkedHead = Array("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n".utf8)
}
