import Testing

@testable import Preview

@Suite struct RequestReaderTests {
  private static let head = "GET /a HTTP/1.1\r\nHost: localhost\r\n\r\n"

  private func read(_ text: String, pieces: Int, maxHeadBytes: Int = 64) -> [RequestReader.Result] {
    var limits = PreviewLimits()
    limits.maxHeadBytes = maxHeadBytes
    var reader = RequestReader(limits: limits)
    var results: [RequestReader.Result] = []
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      reader.receive(rest.prefix(pieces))
      rest = rest.dropFirst(pieces)
      while let result = reader.take() {
        results.append(result)
        if case .refused = result { return results }
      }
    }
    return results
  }

  private func isHead(_ result: RequestReader.Result) -> Bool {
    if case .head(let head) = result { head.target == "/a" } else { false }
  }

  @Test(arguments: [1, 2, 3, 1000])
  func emptyLinesBeforeARequestAreSkippedHoweverTheyArrive(pieces: Int) {
    let results = read("\r\n\r\n" + Self.head + "\r\n" + Self.head, pieces: pieces)
    #expect(results.count == 2 && results.allSatisfy(isHead), "\(results)")
  }

  @Test(arguments: [1, 5, 1000])
  func headMayFillTheLimitAndNoMore(pieces: Int) {
    let count = Self.head.utf8.count
    #expect(read(Self.head, pieces: pieces, maxHeadBytes: count).allSatisfy(isHead))
    #expect(read(Self.head, pieces: pieces, maxHeadBytes: count - 1) == [.refused(.headTooLarge)])
  }

  @Test func nothingIsReturnedBeforeTheEmptyLine() {
    #expect(read(String(Self.head.dropLast(1)), pieces: 4).isEmpty)
  }
}
