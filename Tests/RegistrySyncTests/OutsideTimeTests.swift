import Disk
import Formats
import ObjectStore
import Testing

@testable import RegistrySync

/// Clocks that are set to any year, and sizes that a forged tree states.
struct OutsideTimeTests {
  @Test(
    arguments: [
      ("1970-01-01T00:00:00Z", 0), ("2026-01-01T00:00:00.000000007Z", 1_767_225_600_000_000_007),
      ("2262-04-12T00:00:00Z", .max), ("2300-01-01T00:00:00Z", .max), ("9999-12-31T23:59:59Z", .max),
    ] as [(String, Int64)]
  )
  func nanosecondsOfAnyTime(text: String, nanoseconds: Int64) throws {
    #expect(try Timestamp(parsing: text).nanosecondsSince1970 == nanoseconds)
  }

  @Test(arguments: [
    "99999999999d", "999999999d", "9223372036854775807s", "18446744073709551616d", "-1d", "1e9d", "d", "",
  ])
  func durationOfAnyLengthIsReadOrRefused(text: String) {
    let duration = DurationText.parse(text)
    #expect((duration != nil) == (text == "999999999d"))
    for time in [Timestamp.earliest, .latest, .now()] {
      guard let duration else { continue }
      #expect(time - duration <= time)
      #expect(time + duration >= time)
    }
  }

  @Test func sizesOfAForgedTreeAreTooLargeTogether() {
    let meter = SizeMeter(
      limit: .max - 1,
      held: [Int64](repeating: 999_999_999_999_999_999, count: 20).clampedSum()
    )
    #expect(throws: SyncError.self) { try meter.add(0) }
    #expect(throws: SyncError.self) { try meter.add(.max) }
  }
}
