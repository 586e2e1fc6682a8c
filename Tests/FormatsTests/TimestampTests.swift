import Foundation
import TestSupport
import Testing

@testable import Formats

@Suite struct TimestampTests {
  @Test(arguments: [
    ("1970-01-01T00:00:00Z", 0, 0, "1970-01-01T00:00:00Z"),
    ("2026-01-14T08:00:00Z", 1_768_377_600, 0, "2026-01-14T08:00:00Z"),
    ("2026-01-14t08:00:00z", 1_768_377_600, 0, "2026-01-14T08:00:00Z"),
    ("2026-01-14T09:30:00+01:30", 1_768_377_600, 0, "2026-01-14T08:00:00Z"),
    ("2026-01-13T23:00:00-09:00", 1_768_377_600, 0, "2026-01-14T08:00:00Z"),
    ("2026-01-14T08:00:00-00:00", 1_768_377_600, 0, "2026-01-14T08:00:00Z"),
    ("2026-01-14T08:00:00.5Z", 1_768_377_600, 500_000_000, "2026-01-14T08:00:00Z"),
    ("2026-01-14T08:00:00.000Z", 1_768_377_600, 0, "2026-01-14T08:00:00Z"),
    ("2026-01-14T08:00:00.123456789Z", 1_768_377_600, 123_456_789, "2026-01-14T08:00:00Z"),
    ("2000-02-29T23:59:59Z", 951_868_799, 0, "2000-02-29T23:59:59Z"),
    ("9999-12-31T23:59:59Z", 253_402_300_799, 0, "9999-12-31T23:59:59Z"),
    ("1970-01-01T01:00:00+01:00", 0, 0, "1970-01-01T00:00:00Z"),
  ])
  func readsAndPrints(text: String, seconds: Int, nanoseconds: Int, printed: String) throws {
    let time = try Timestamp(parsing: text)
    #expect(time.secondsSince1970 == Int64(seconds) && time.nanoseconds == Int32(nanoseconds))
    #expect(time.description == printed)
  }

  @Test(arguments: [
    ("", TimestampProblem.badShape(offset: 0)), ("2026", .badShape(offset: 4)),
    ("2026-01-14", .badShape(offset: 10)), ("2026-01-14 08:00:00Z", .badShape(offset: 10)),
    ("2026-01-14T08:00:00", .badShape(offset: 19)), ("2026-01-14T08:00Z", .badShape(offset: 16)),
    ("2026-01-14T08:00:00.Z", .badShape(offset: 20)), ("2026-01-14T08:00:00Zx", .badShape(offset: 20)),
    ("2026-01-14T08:00:00Z\n", .badShape(offset: 20)), (" 2026-01-14T08:00:00Z", .badShape(offset: 0)),
    ("2026-1-14T08:00:00Z", .badShape(offset: 6)), ("2026-01-14T08:00:00+0100", .badShape(offset: 22)),
    ("2026-01-14T08:00:00+01", .badShape(offset: 22)), ("+026-01-14T08:00:00Z", .badShape(offset: 0)),
    ("２026-01-14T08:00:00Z", .badShape(offset: 0)), ("2026-01-14T08:00:00,5Z", .badShape(offset: 19)),
    ("1969-12-31T23:59:59Z", .yearOutOfRange(1969)), ("0000-01-01T00:00:00Z", .yearOutOfRange(0)),
    ("1970-01-01T00:00:00+00:01", .yearOutOfRange(1969)),
    ("9999-12-31T23:59:59-00:01", .yearOutOfRange(10000)),
    ("2026-00-14T08:00:00Z", .monthOutOfRange(0)), ("2026-13-14T08:00:00Z", .monthOutOfRange(13)),
    ("2026-01-00T08:00:00Z", .dayOutOfRange(0)), ("2026-02-29T08:00:00Z", .dayOutOfRange(29)),
    ("2100-02-29T08:00:00Z", .dayOutOfRange(29)), ("2026-04-31T08:00:00Z", .dayOutOfRange(31)),
    ("2026-01-14T24:00:00Z", .timeOutOfRange(hour: 24, minute: 0, second: 0)),
    ("2026-01-14T08:60:00Z", .timeOutOfRange(hour: 8, minute: 60, second: 0)),
    ("2026-01-14T08:00:61Z", .timeOutOfRange(hour: 8, minute: 0, second: 61)),
    ("2016-12-31T23:59:60Z", .leapSecond),
    ("2026-01-14T08:00:00+24:00", .offsetOutOfRange(hours: 24, minutes: 0)),
    ("2026-01-14T08:00:00+01:60", .offsetOutOfRange(hours: 1, minutes: 60)),
    ("2026-01-14T08:00:00.1234567890Z", .fractionTooLong(digits: 10)),
  ])
  func refuses(text: String, problem: TimestampProblem) {
    #expect(throws: problem) { try Timestamp(parsing: text) }
  }

  @Test func everyDayAgreesWithFoundation() throws {
    var calendar = Calendar(identifier: .gregorian)
    calendar.timeZone = try #require(TimeZone(secondsFromGMT: 0))
    for day in stride(from: Int64(0), through: 2_932_896, by: 97) {
      let date = CivilDate(daysSince1970: day)
      #expect(date.daysSince1970 == day)
      let parts = calendar.dateComponents(
        [.year, .month, .day],
        from: Date(timeIntervalSince1970: Double(day) * 86400)
      )
      #expect(date == CivilDate(year: parts.year ?? 0, month: parts.month ?? 0, day: parts.day ?? 0))
    }
  }

  @Test func printedTimeReadsBack() throws {
    var generator = SeededGenerator(seed: 3)
    for _ in 0..<2000 {
      let seconds = Int64.random(in: 0...253_402_300_799, using: &generator)
      let time = try #require(Timestamp(secondsSince1970: seconds, nanoseconds: 999_999_999))
      #expect(try Timestamp(parsing: time.description) == time.wholeSeconds)
    }
  }

  @Test func ordersWithFractions() throws {
    let texts = ["2026-01-14T08:00:00Z", "2026-01-14T08:00:00.000000001Z", "2026-01-14T08:00:00.1Z"]
    let times = try texts.map { try Timestamp(parsing: $0) }
    #expect(times[0] < times[1] && times[1] < times[2] && !(times[2] < times[0]))
    #expect(times[2] - times[0] == .milliseconds(100))
    #expect(times[0] - times[2] == .milliseconds(-100))
  }

  @Test func addsDurationsWithCarry() throws {
    let time = try Timestamp(parsing: "2026-01-14T08:00:00.75Z")
    #expect(time + .milliseconds(500) == (try Timestamp(parsing: "2026-01-14T08:00:01.25Z")))
    #expect(time - .milliseconds(800) == (try Timestamp(parsing: "2026-01-14T07:59:59.95Z")))
    #expect(time + .seconds(86400) == (try Timestamp(parsing: "2026-01-15T08:00:00.75Z")))
    #expect((time + .seconds(-86400)) - time == .seconds(-86400))
  }

  @Test func arithmeticStopsAtTheEnds() {
    let huge = Duration(secondsComponent: .max, attosecondsComponent: 0)
    let negative = Duration(secondsComponent: .min, attosecondsComponent: 0)
    for time in [Timestamp.earliest, .latest, Timestamp.earliest + .seconds(1_800_000_000)] {
      #expect(time + huge == .latest && time - huge == .earliest)
      #expect(time + negative == .earliest && time - negative == .latest)
    }
    #expect(Timestamp.earliest - .nanoseconds(1) == .earliest)
    #expect(Timestamp.latest + .nanoseconds(1) == .latest)
    #expect(Timestamp.latest - .nanoseconds(1) < .latest)
    #expect(Timestamp(secondsSince1970: -1) == nil)
    #expect(Timestamp(secondsSince1970: 0, nanoseconds: 1_000_000_000) == nil)
    #expect(Timestamp(secondsSince1970: 253_402_300_800) == nil)
  }

  @Test func mutatedTimesNeverCrash() {
    var generator = SeededGenerator(seed: 4)
    for _ in 0..<20000 {
      let bytes = generator.mutate(
        Array("2026-01-14T08:00:00.123+01:00".utf8),
        pool: Array("0123456789-+:.TZ\n\u{E9}".utf8)
      )
      guard let time = try? Timestamp(parsing: String(decoding: bytes, as: UTF8.self)) else {
        continue  // Refused is a fine outcome here.
      }
      #expect(time >= .earliest && time <= .latest)
    }
  }
}
