import Formats

/// Status and header fields of a final response.
struct ResponseHead: Hashable, Sendable {
  struct Field: Hashable, Sendable {
    /// In lower case.
    let name: String
    /// Without surrounding white space; bytes that are not UTF-8 are replaced.
    let value: String
  }

  /// From 100 to 599.
  let status: Int
  /// 1 for HTTP/1.0 and HTTP/1.1.
  let majorVersion: Int
  var fields: [Field] = []

  /// All values of a field, in order; the name in lower case.
  func values(_ name: String) -> [String] {
    fields.filter { $0.name == name }.map(\.value)
  }
}

/// Parses the lines of a response's head, which libcurl passes one by one.
///
/// libcurl accepts any number as a status and any text as a field, so both are checked here.
struct ResponseHeadReader: Sendable {
  enum Problem: Error, Hashable {
    case malformed(FetchError.MalformedCause)
    case tooLarge
  }

  private let maxBytes: Int
  private var byteCount = 0
  private var head: ResponseHead?
  private var isComplete = false

  /// `maxBytes` is the limit in bytes, including informational responses and trailers.
  init(maxBytes: Int) {
    self.maxBytes = maxBytes
  }

  /// Adds one line with its line break; returns the head when this line completes it.
  mutating func take(_ line: UnsafeRawBufferPointer) throws(Problem) -> ResponseHead? {
    byteCount += line.count
    guard byteCount <= maxBytes else { throw .tooLarge }
    // Lines after the head are trailers, which only count towards the limit.
    if isComplete { return nil }
    let text = Self.withoutEnd(line)
    guard var head else {
      head = try Self.parseStatusLine(text)
      return nil
    }
    if text.isEmpty { return endHead(head) }
    head.fields.append(try Self.parseField(text))
    self.head = head
    return nil
  }

  private mutating func endHead(_ head: ResponseHead) -> ResponseHead? {
    self.head = nil
    // After 101 the connection is no longer HTTP, so it is as final as a refusal (RFC 9110 section 15.2).
    guard head.status >= 200 || head.status == 101 else { return nil }
    isComplete = true
    return head
  }

  /// `HTTP/1.1 200 OK` (RFC 9112 section 4), or `HTTP/2 200`, which libcurl makes of RFC 9113 section 8.3.2.
  private static func parseStatusLine(_ text: Slice<UnsafeRawBufferPointer>) throws(Problem) -> ResponseHead {
    let parts = text.split(separator: UInt8(ascii: " "), maxSplits: 2, omittingEmptySubsequences: false)
    guard parts.count >= 2, parts[0].starts(with: "HTTP/".utf8) else { throw .malformed(.notHTTP) }
    let version = parts[0].dropFirst(5)
    guard let major = version.first, (UInt8(ascii: "1")...UInt8(ascii: "3")).contains(major),
      version.count == 1 || version.count == 3
    else { throw .malformed(.notHTTP) }
    guard parts[1].count == 3, parts[1].allSatisfy(ASCII.isDigit),
      let status = Int(String(decoding: parts[1], as: UTF8.self)), (100...599).contains(status)
    else { throw .malformed(.status) }
    return ResponseHead(status: status, majorVersion: Int(major - UInt8(ascii: "0")))
  }

  /// Parses a field line; folded lines are obsolete and refused (RFC 9112 section 5.2).
  private static func parseField(_ text: Slice<UnsafeRawBufferPointer>) throws(Problem) -> ResponseHead.Field
  {
    guard let colon = text.firstIndex(of: UInt8(ascii: ":")), colon > text.startIndex else {
      throw .malformed(.field)
    }
    let name = text[..<colon]
    guard name.allSatisfy({ (0x21...0x7E).contains($0) }) else { throw .malformed(.field) }
    var value = text[text.index(after: colon)...]
    while let byte = value.first, isBlank(byte) { value = value.dropFirst() }
    while let byte = value.last, isBlank(byte) { value = value.dropLast() }
    return ResponseHead.Field(
      name: String(decoding: name, as: UTF8.self).lowercased(),
      value: String(decoding: value, as: UTF8.self)
    )
  }

  private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }

  private static func withoutEnd(_ line: UnsafeRawBufferPointer) -> Slice<UnsafeRawBufferPointer> {
    var text = line[...]
    if text.last == UInt8(ascii: "\n") { text = text.dropLast() }
    if text.last == UInt8(ascii: "\r") { text = text.dropLast() }
    return text
  }
}
