import TestSupport
import Testing

@testable import Formats
@testable import RegistryModel

@Suite struct RegistryNameTests {
  @Test(arguments: [
    "a", "0", "Acme", "acme-tools", "a_b", "tmp-x", "tmpx", "com", "com10", "format2", "con-x",
  ])
  func acceptsName(name: String) throws {
    #expect(try RegistryName(parsing: name).description == name)
  }

  @Test func acceptsTheLongestName() throws {
    let name = String(repeating: "a", count: 64)
    #expect(try RegistryName(parsing: name).description == name)
  }

  @Test(arguments: [
    ("", RegistryNameProblem.empty),
    (String(repeating: "a", count: 65), .tooLong(bytes: 65, limit: 64)),
    ("-a", .badFirstCharacter("-")), ("_a", .badFirstCharacter("_")), (".tmp_a", .badFirstCharacter(".")),
    ("é", .badFirstCharacter("é")), ("\u{661}", .badFirstCharacter("\u{661}")),
    ("a b", .badCharacter(" ")), ("a/b", .badCharacter("/")), ("a.b", .badCharacter(".")),
    ("a\n", .badCharacter("\n")), ("a\u{301}", .badCharacter("\u{301}")), ("aé", .badCharacter("é")),
    ("tmp_", .temporaryPrefix("tmp_")), ("TMP_x", .temporaryPrefix("TMP_x")),
  ])
  func refusesName(name: String, problem: RegistryNameProblem) {
    #expect(throws: problem) { try RegistryName(parsing: name) }
  }

  @Test(arguments: [
    "objects", "refs", "logs", "state", "lock", "format", "packs", "info", "index", "hooks", "config", "HEAD",
    "tmp", "README", "bundled", "local", "all",
  ])
  func refusesReservedWordInAnyCase(word: String) {
    for name in [word, word.lowercased(), word.uppercased()] {
      #expect(throws: RegistryNameProblem.reserved(name)) { try RegistryName(parsing: name) }
    }
  }

  @Test(arguments: ["CON", "prn", "Aux", "nul", "COM0", "com9", "LPT0", "lpt9"])
  func refusesWindowsDevice(name: String) {
    #expect(throws: RegistryNameProblem.windowsDeviceName(name)) { try RegistryName(parsing: name) }
  }

  @Test func namesThatDifferInCaseShareTheirKey() throws {
    let (upper, lower) = (try RegistryName(parsing: "Acme"), try RegistryName(parsing: "acme"))
    #expect(upper != lower)
    #expect(upper.key == lower.key)
    #expect(upper < lower)
  }

  @Test func bundledIsReadButNotAdded() {
    #expect(RegistryName.bundled.description == "bundled")
    #expect(throws: RegistryNameProblem.reserved("bundled")) { try RegistryName(parsing: "bundled") }
  }

  @Test func mutatedNamesNeverBreakTheRule() {
    var generator = SeededGenerator(seed: 1)
    for _ in 0..<5000 {
      let bytes = generator.mutate(Array("acme-tools_2".utf8), pool: Array(0...255))
      guard let name = try? RegistryName(parsing: String(decoding: bytes, as: UTF8.self)) else {
        continue  // Refused is a fine outcome here.
      }
      #expect(name.description.wholeMatch(of: /[A-Za-z0-9][A-Za-z0-9_\-]{0,63}/) != nil)
    }
  }
}
