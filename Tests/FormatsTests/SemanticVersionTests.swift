import TestSupport
import Testing

@testable import Formats

@Suite struct SemanticVersionTests {
  // The example of section 11 there, with more around it; each is lower than the next.
  static let ascending = [
    "0.0.0-0", "0.0.0", "0.0.1", "0.9.9", "1.0.0-1", "1.0.0-2", "1.0.0-10", "1.0.0--", "1.0.0-Z",
    "1.0.0-alpha",
    "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta", "1.0.0-beta.2", "1.0.0-beta.11", "1.0.0-rc.1", "1.0.0",
    "1.0.1", "1.2.0", "1.10.0", "2.0.0", "999999999.999999999.999999999",
  ]

  @Test func ordersByPrecedence() throws {
    let versions = try Self.ascending.map { try SemanticVersion(parsing: $0) }
    for (low, lower) in versions.enumerated() {
      for (high, higher) in versions.enumerated() {
        #expect((lower < higher) == (low < high), "\(lower) \(higher)")
        #expect((lower == higher) == (low == high))
      }
    }
  }

  @Test func buildMetadataDoesNotCount() throws {
    let (plain, built) = (
      try SemanticVersion(parsing: "1.0.0"), try SemanticVersion(parsing: "1.0.0+007.a-b")
    )
    #expect(plain == built && !(plain < built) && !(built < plain))
    #expect(plain.hashValue == built.hashValue)
    #expect(built.description == "1.0.0+007.a-b")
  }

  @Test func readsParts() throws {
    let version = try SemanticVersion(parsing: "3.20.1-rc.1+5")
    #expect(version.major == 3 && version.minor == 20 && version.patch == 1 && version.isPrerelease)
    #expect(try !SemanticVersion(parsing: "1.0.0+a-b").isPrerelease)
    #expect(try SemanticVersion(parsing: "1.0.0-a.-.0a").isPrerelease)
  }

  @Test(arguments: [
    ("", VersionProblem.notThreeParts(1)), ("1", .notThreeParts(1)), ("1.0", .notThreeParts(2)),
    ("1.0.0.0", .notThreeParts(4)), ("v1.0.0", .notANumber("v1")), ("1.0.x", .notANumber("x")),
    ("1..0", .notANumber("")), ("1.0.", .notANumber("")), ("1.-1.0", .notThreeParts(2)),
    ("1.0.0 ", .notANumber("0 ")), (" 1.0.0", .notANumber(" 1")), ("1.0.٠", .notANumber("٠")),
    ("01.0.0", .leadingZero("01")), ("1.00.0", .leadingZero("00")), ("1.0.0-01", .leadingZero("01")),
    ("1234567890.0.0", .numberTooLong(digits: 10, limit: 9)),
    ("1.0.0-1234567890", .numberTooLong(digits: 10, limit: 9)),
    ("1.0.0-", .emptyIdentifier), ("1.0.0-a..b", .emptyIdentifier), ("1.0.0+", .emptyIdentifier),
    ("1.0.0-+a", .emptyIdentifier), ("1.0.0-a+", .emptyIdentifier),
    ("1.0.0-a_b", .badIdentifier("a_b")), ("1.0.0-é", .badIdentifier("é")),
    ("1.0.0+a+b", .badIdentifier("a+b")),
    ("1.0.0-a\n", .badIdentifier("a\n")),
    ("1.0.0-" + String(repeating: "a", count: 251), .tooLong(bytes: 257, limit: 256)),
  ])
  func refuses(text: String, problem: VersionProblem) {
    #expect(throws: problem) { try SemanticVersion(parsing: text) }
  }

  @Test func mutatedVersionsNeverCrash() {
    var generator = SeededGenerator(seed: 5)
    for _ in 0..<10000 {
      let bytes = generator.mutate(Array("1.20.3-rc.1+b.7".utf8), pool: Array("0123456789.-+avé ".utf8))
      let text = String(decoding: bytes, as: UTF8.self)
      guard let version = try? SemanticVersion(parsing: text) else {
        continue  // Refused is a fine outcome here.
      }
      #expect(version.description == text && !(version < version))
    }
  }
}
