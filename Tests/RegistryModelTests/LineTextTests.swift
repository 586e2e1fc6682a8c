import TestSupport
import Testing

@testable import RegistryModel

@Suite struct LineTextTests {
  @Test(arguments: ["a", "Acmé \"Tools\" / QA", "👩‍💻", "نمی\u{200C}خواهم", String(repeating: "a", count: 256)])
  func acceptsName(text: String) throws {
    try LineText.checkName(text)
  }

  @Test(arguments: [
    ("", LineProblem.empty), (String(repeating: "é", count: 129), .tooLong(bytes: 258, limit: 256)),
    ("a\nb", .forbiddenCharacter("\n")), ("a\t", .forbiddenCharacter("\t")),
    ("\0", .forbiddenCharacter("\0")),
    ("\u{1B}[31m", .forbiddenCharacter("\u{1B}")), ("\u{9B}", .forbiddenCharacter("\u{9B}")),
    ("a\u{2028}b", .forbiddenCharacter("\u{2028}")), ("\u{202E}txt", .forbiddenCharacter("\u{202E}")),
  ])
  func refusesName(text: String, problem: LineProblem) {
    #expect(throws: problem) { try LineText.checkName(text) }
  }

  @Test func descriptionsMayHaveLines() throws {
    try LineText.checkDescription("")
    try LineText.checkDescription("a\r\n\tb\n")
    #expect(throws: LineProblem.forbiddenCharacter("\u{1B}")) { try LineText.checkDescription("a\u{1B}") }
    #expect(throws: LineProblem.tooLong(bytes: 4097, limit: 4096)) {
      try LineText.checkDescription(String(repeating: "a", count: 4097))
    }
  }
}
