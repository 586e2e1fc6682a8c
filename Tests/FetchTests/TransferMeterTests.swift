import Testing

@testable import Fetch

@Suite struct TransferMeterTests {
  private let start = ContinuousClock.now
  private var meter: TransferMeter { TransferMeter(limits: TransferLimits(), start: start) }

  @Test func waitingForAConnectionIsNotWaitingForHeaders() {
    var meter = meter
    #expect(meter.check(at: start + .seconds(100), readerIsBehind: false) == nil)
    meter.requestSent(at: start + .seconds(100))
    #expect(meter.check(at: start + .seconds(109.9), readerIsBehind: false) == nil)
    #expect(meter.check(at: start + .seconds(110), readerIsBehind: false) == .timeout(.header))
  }

  @Test func everyPieceRenewsTheIdleTime() {
    var meter = meter
    meter.requestSent(at: start)
    meter.headReceived(at: start + .seconds(1))
    #expect(meter.check(at: start + .seconds(15), readerIsBehind: false) == nil)
    meter.bodyReceived(byteCount: 100_000, at: start + .seconds(15))
    #expect(meter.check(at: start + .seconds(29), readerIsBehind: false) == nil)
    #expect(meter.check(at: start + .seconds(30), readerIsBehind: false) == .timeout(.idle))
  }

  @Test func wholeTransferIsLimited() {
    var meter = meter
    meter.headReceived(at: start)
    meter.bodyReceived(byteCount: 1 << 30, at: start + .seconds(299))
    #expect(meter.check(at: start + .seconds(299), readerIsBehind: false) == nil)
    #expect(meter.check(at: start + .seconds(300), readerIsBehind: true) == .timeout(.transfer))
  }

  /// Feeds bytes every second until a violation or for a minute.
  private func run(bytesPerSecond: Int, readerIsBehind: Bool = false) -> (
    second: Int, TransferMeter.Violation
  )? {
    var meter = meter
    meter.headReceived(at: start)
    for second in 1...60 {
      let now = start + .seconds(second)
      meter.bodyReceived(byteCount: bytesPerSecond, at: now)
      if let violation = meter.check(at: now, readerIsBehind: readerIsBehind) { return (second, violation) }
    }
    return nil
  }

  @Test func tooSlowIsNoticedAfterOneWindow() throws {
    let found = try #require(run(bytesPerSecond: 1023))
    #expect(found.second == 10)
    #expect(found.1 == .tooSlow(bytesPerSecond: 1023))
  }

  @Test func fastEnoughIsFastEnough() {
    #expect(run(bytesPerSecond: 1024) == nil)
  }

  @Test func slowReaderIsNotASlowServer() {
    #expect(run(bytesPerSecond: 1, readerIsBehind: true) == nil)
  }

  @Test func fastBeginningDoesNotExcuseTheRest() {
    var meter = meter
    meter.headReceived(at: start)
    meter.bodyReceived(byteCount: 1 << 30, at: start)
    var violation: TransferMeter.Violation?
    for second in 1...20 where violation == nil {
      meter.bodyReceived(byteCount: 1, at: start + .seconds(second))
      violation = meter.check(at: start + .seconds(second), readerIsBehind: false)
    }
    #expect(violation == .tooSlow(bytesPerSecond: 1))
  }
}
