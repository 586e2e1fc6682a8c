import Formats
import Foundation
import RegistrySync
import Testing

struct TimestampNowTests {
  @Test func nowIsTheClock() {
    let difference = Double(Timestamp.now().secondsSince1970) - Date().timeIntervalSince1970
    #expect(abs(difference) < 5)
  }
}
