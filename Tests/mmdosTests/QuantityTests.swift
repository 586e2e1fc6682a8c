import Testing

@testable import mmdos

struct QuantityTests {
  @Test(
    arguments: [
      (0, "0 B"), (1, "1 B"), (812, "812 B"), (1023, "1023 B"), (1024, "1.0 KiB"), (1075, "1.0 KiB"),
      (1076, "1.1 KiB"), (1_048_524, "1023.9 KiB"), (1_048_525, "1.0 MiB"), (1_048_576, "1.0 MiB"),
      (1_258_291, "1.2 MiB"), (129_394_278, "123.4 MiB"), (1 << 30, "1.0 GiB"), (1 << 40, "1.0 TiB"),
      (1 << 50, "1.0 PiB"), (1 << 60, "1.0 EiB"), (.max, "16.0 EiB"), ((1 << 60) - 1, "1.0 EiB"),
    ] as [(UInt64, String)]
  )
  func sizesAreExactThenRounded(bytes: UInt64, expected: String) {
    #expect(Quantity.bytes(bytes).text == expected)
    #expect(Quantity.rate(bytes).text == expected + "/s")
  }

  @Test func negativeSizesCountAsNothing() {
    #expect(Quantity.bytes(-5).text == "0 B")
  }

  @Test(
    arguments: [
      (.zero, "0 ms"), (.seconds(-3), "0 ms"), (.microseconds(1), "<1 ms"), (.microseconds(600), "1 ms"),
      (.milliseconds(35), "35 ms"), (.milliseconds(999), "999 ms"), (.microseconds(999_600), "1.00 s"),
      (.milliseconds(1240), "1.24 s"), (.milliseconds(1005), "1.01 s"), (.milliseconds(9994), "9.99 s"),
      (.milliseconds(9995), "10.0 s"), (.milliseconds(12_340), "12.3 s"), (.milliseconds(59_949), "59.9 s"),
      (.milliseconds(59_950), "1 min"), (.seconds(60), "1 min"), (.seconds(125), "2 min 5 s"),
      (.seconds(3599), "59 min 59 s"), (.milliseconds(3_599_500), "1 h"), (.seconds(3720), "1 h 2 min"),
      (.seconds(172_740), "47 h 59 min"), (.seconds(172_800), "2 d"), (.seconds(273_600), "3 d 4 h"),
    ] as [(Duration, String)]
  )
  func durationsKeepThreeDigits(duration: Duration, expected: String) {
    #expect(Quantity.duration(duration).text == expected)
  }

  @Test func endlessDurationDoesNotTrap() {
    #expect(Quantity.duration(.seconds(Int64.max)).text.hasSuffix(" h"))
  }

  @Test(arguments: [(0, "0 files"), (1, "1 file"), (2, "2 files"), (50_000, "50000 files")])
  func countsHaveTheirPlural(count: Int, expected: String) {
    #expect(Quantity.count(count, "file").text == expected)
  }

  @Test func pluralMayBeIrregular() {
    #expect(Quantity.count(1, "registry", "registries").text == "1 registry")
    #expect(Quantity.count(2, "registry", "registries").text == "2 registries")
  }
}
