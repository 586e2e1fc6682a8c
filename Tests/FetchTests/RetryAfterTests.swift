import Foundation
import Testing

@testable import Fetch

@Suite struct RetryAfterTests {
  @Test(arguments: [("0", Int64(0)), ("120", 120), ("999999999", 999_999_999)])
  func secondsAreSeconds(text: String, seconds: Int64) {
    #expect(RetryAfter.parse(text, now: 0) == .seconds(seconds))
  }

  @Test func dateIsTakenRelativeToNow() {
    #expect(RetryAfter.parse("Sun, 06 Nov 1994 08:49:37 GMT", now: 784_111_777 - 30) == .seconds(30))
    #expect(RetryAfter.parse("Sun, 06 Nov 1994 08:49:37 GMT", now: 784_111_777 + 30) == .zero)
  }

  @Test(
    arguments: [
      "", "-1", "+1", "1.5", " 1", "1 ", "1e3", "9999999999", "soon", "Sun, 06 Nov 1994 08:49:37",
      "Sun, 32 Nov 1994 08:49:37 GMT", "Sun, 06 Foo 1994 08:49:37 GMT", "Sun, 06 Nov 1994 24:49:37 GMT",
      "Sunday, 06-Nov-94 08:49:37 GMT", "Sun, 06 Nov 1994 08:49:37 CET", "Sun, 0x Nov 1994 08:49:37 GMT",
    ])
  func anythingElseIsNoWish(text: String) {
    #expect(RetryAfter.parse(text, now: 0) == nil)
  }

  @Test(arguments: [0, 951_782_400, 951_868_799, 1_709_164_800, 1_709_251_200, 4_107_542_400, 1_735_689_599])
  func datesAgreeWithTheCalendar(seconds: Int64) {
    let formatter = DateFormatter()
    formatter.locale = Locale(identifier: "en_US_POSIX")
    formatter.timeZone = TimeZone(secondsFromGMT: 0)
    formatter.dateFormat = "EEE, dd MMM yyyy HH:mm:ss 'GMT'"
    let text = formatter.string(from: Date(timeIntervalSince1970: TimeInterval(seconds)))
    #expect(HTTPDate.parse(text) == seconds)
  }

  /// What nginx, Apache and others send; only the first says no more than when, to the second, and how long.
  @Test(arguments: [
    ("\"6925a3c1-3b2e2\"", "Tue, 25 Nov 2025 12:40:33 GMT", false),
    ("W/\"6925a3c1-3b2e2\"", "Tue, 25 Nov 2025 12:40:33 GMT", false),
    ("\"3b2e2-6448a6b1c2f40\"", "Tue, 25 Nov 2025 12:40:33 GMT", true),
    ("\"5d8c72a5edda8d6a\"", "Tue, 25 Nov 2025 12:40:33 GMT", true),
    ("\"6925a3c1-3b2e2\"", "Tue, 25 Nov 2025 12:41:06 GMT", true),
    ("\"3b2e2-41a7a4f1d4000\"", "Tue, 01 Jan 1980 00:00:00 GMT", false),
    ("\"x\"", "Thu, 01 Jan 1970 00:00:01 GMT", false), ("\"x\"", "yesterday", true),
    ("\"6925a3c1-3b2e2\"", nil, true),
  ])
  func tagOfTimeAndSizeProvesNoContent(tag: String, lastModified: String?, expected: Bool) {
    #expect(EntityTag.provesContent(tag, lastModified: lastModified) == expected)
  }

  @Test(arguments: [
    "\"\"", "\"abc\"", "W/\"abc\"", "\"!#~\"", "\"" + String(repeating: "x", count: 510) + "\"",
  ])
  func entityTags(text: String) {
    #expect(EntityTag.isValid(text))
  }

  @Test(
    arguments: [
      "", "\"", "abc", "w/\"a\"", "W/abc", "\"a\"b\"", "\"a b\"", "\"ä\"", "\"a\nb\"", "\"a\u{7F}\"",
      "\"" + String(repeating: "x", count: 511) + "\"",
    ])
  func notEntityTags(text: String) {
    #expect(!EntityTag.isValid(text))
  }
}
