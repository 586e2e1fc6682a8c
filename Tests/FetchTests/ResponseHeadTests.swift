@testable import Fetch
import Testing

@Suite struct ResponseHeadTests {
  /// Reads lines as libcurl hands them over; the head of the last complete response.
  private func read(_ lines: [String], maxBytes: Int = 1000) throws -> ResponseHead? {
    var reader = ResponseHeadReader(maxBytes: maxBytes)
    var found: ResponseHead?
    for line in lines {
      let head = try Array((line + "\r\n").utf8).withUnsafeBytes { try reader.take($0) }
      if let head { found = head }
    }
    return found
  }

  @Test func fieldsComeInLowerCaseAndWithoutBlanks() throws {
    let head = try read(["HTTP/1.1 200 OK", "ETag: \t\"x\" ", "X-Empty:", ""])
    #expect(head?.status == 200)
    #expect(head?.majorVersion == 1)
    #expect(head?.values("etag") == ["\"x\""])
    #expect(head?.values("x-empty") == [""])
  }

  @Test func informationalResponsesAreNotTheAnswer() throws {
    let head = try read(["HTTP/1.1 103 Early Hints", "Link: </x>", "", "HTTP/2 204", "", "X-Trailer: 1"])
    #expect(head == ResponseHead(status: 204, majorVersion: 2))
  }

  @Test(arguments: ["000", "99", "099", "600", "999", "1000", "2x0", "", "+20", "２００"])
  func statusOutsideTheRangeIsRefused(status: String) throws {
    #expect(throws: ResponseHeadReader.Problem.malformed(.status)) { try read(["HTTP/1.1 \(status) X", ""]) }
    #expect(throws: ResponseHeadReader.Problem.malformed(.status)) { try read(["HTTP/2 \(status)", ""]) }
  }

  @Test(arguments: [
    "", "HTTP", "HTTP/1.1", "SSH-2.0-OpenSSH", "HTTP/9 200", "HTTP/1.12 200 OK", " HTTP/1.1 200 OK",
  ])
  func otherFirstLinesAreNotHTTP(line: String) throws {
    #expect(throws: ResponseHeadReader.Problem.malformed(.notHTTP)) { try read([line, ""]) }
  }

  @Test(arguments: [": x", "no colon", " folded: x", "na me: x", "n\u{1}: x"])
  func malformedFieldIsRefused(line: String) throws {
    #expect(throws: ResponseHeadReader.Problem.malformed(.field)) { try read(["HTTP/1.1 200 OK", line]) }
  }

  @Test func everyLineCounts() throws {
    let hint = ["HTTP/1.1 103 X", "a: b", ""]
    #expect(throws: ResponseHeadReader.Problem.tooLarge) {
      try read((0..<100).flatMap { _ in hint }, maxBytes: 1000)
    }
    #expect(throws: ResponseHeadReader.Problem.tooLarge) {
      try read(["HTTP/1.1 200 OK", ""] + (0..<100).map { "x-\($0): 0123456789" }, maxBytes: 1000)
    }
  }
}
