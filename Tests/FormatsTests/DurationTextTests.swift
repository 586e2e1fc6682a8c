import Testing

@testable import Formats

@Suite struct DurationTextTests {
  @Test(arguments: [
    ("10s", 10), ("5m", 300), ("12h", 43_200), ("3d", 259_200), ("0s", 0), ("999999999s", 999_999_999),
    ("45s", 45), ("90m", 5_400),
  ])
  func reads(_ text: String, _ seconds: Int) {
    #expect(DurationText.parse(text) == .seconds(seconds))
  }

  @Test(arguments: [
    "", "s", "10", "10 s", " 10s", "+10s", "-1s", "010s", "1.5h", "10S", "10ms", "1h30m", "９s", "1000000000s",
    "1e3s",
  ])
  func refuses(_ text: String) {
    #expect(DurationText.parse(text) == nil)
  }

  @Test(arguments: ["10s", "5m", "12h", "3d", "0s", "61s", "25h"])
  func writesTheShortestSpelling(_ text: String) throws {
    #expect(DurationText.text(of: try #require(DurationText.parse(text))) == text)
  }
}
