import Testing

@testable import Formats

/// One of every reason, with hostile text wherever text goes.
private let hostile = "\u{1B}[31m\n\u{202E}'x"

private let everyReason: [TextProblem.Reason] = [
  .tooLarge(bytes: 2, limit: 1), .tooDeep(limit: 64), .invalidUTF8, .byteOrderMark,
  .unexpected(found: .character("\u{1B}"), expected: .value),
  .unexpected(found: .endOfText, expected: .colon),
  .unexpected(found: .character("'"), expected: .endOfText),
  .duplicateKey(hostile), .controlCharacter("\u{7}"), .invalidEscape(.character("\u{202E}")), .loneSurrogate,
  .numberOutOfRange("1e999"), .yamlSyntax(problem: hostile, context: "while parsing"),
  .yamlSyntax(problem: "did not find", context: nil), .aliasRefused(hostile), .anchorRefused(hostile),
  .tagRefused(hostile), .severalDocuments, .complexKey, .unknownKey(hostile, nearest: "x"),
  .unknownKey(hostile, nearest: nil), .missingKey(hostile),
  .wrongType(key: hostile, expected: .boolean, found: .string),
  .wrongType(key: "", expected: .map, found: .duration),
  .invalidValue(key: hostile, value: hostile, rule: .oneOf(["a", hostile])),
  .invalidValue(key: "a", value: "b", rule: .between(1, 2)),
  .invalidValue(key: "a", value: "b", rule: .durationBetween(.zero, .seconds(3_600))),
  .invalidValue(key: "a", value: "b", rule: .notEmpty), .invalidValue(key: "a", value: "b", rule: .distinct),
  .invalidValue(key: "a", value: "b", rule: .shape(.keyID)),
  .invalidValue(key: "a", value: "b", rule: .conflicts(withKey: hostile, value: hostile)),
  .invalidValue(key: "a", value: "b", rule: .refused(because: "the name is empty")),
  .unsupportedValue(key: hostile, value: hostile, why: .gitSource),
  .unsupportedValue(key: "a", value: "b", why: .withoutChecksum),
  .unsupportedValue(key: "a", value: "b", why: .syncWithoutApproval),
  .alreadyUsed(key: "name", value: hostile), .noSuchEntry(hostile),
  .cannotEdit(key: "", obstacle: .rootNotBlockMap), .cannotEdit(key: hostile, obstacle: .listNotBlock),
  .cannotEdit(key: "a", obstacle: .itemNotBlockMap), .cannotEdit(key: "a", obstacle: .itemNotOnOwnLines),
  .cannotEdit(key: "a", obstacle: .valueOverSeveralLines),
  .cannotEdit(key: "a", obstacle: .unusualLineBreaks),
  .needsEscape(key: hostile, value: hostile), .editNotFaithful, .signedFieldRepeated(hostile),
  .signedFieldMissing(hostile),
]

@Suite struct TextProblemTests {
  @Test(arguments: everyReason)
  func summaryIsOneSafeLineInLowerCase(_ reason: TextProblem.Reason) {
    let summary = TextProblem(reason, at: .start).summary
    #expect(!summary.isEmpty)
    #expect(
      summary.unicodeScalars.allSatisfy { UnicodeRules.refusal(of: $0) == nil },
      "\(summary.debugDescription)"
    )
    #expect(!summary.hasSuffix("."))
    #expect(summary.first?.isUppercase == false)
  }

  @Test func summaryNamesKeyAndSuggestion() {
    #expect(
      TextProblem.Reason.unknownKey("alow_x", nearest: "allow_x").summary
        == "unknown key 'alow_x', did you mean 'allow_x'?"
    )
    #expect(
      TextProblem.Reason.wrongType(key: "enabled", expected: .boolean, found: .string).summary
        == "'enabled' must be a boolean (true or false), found a string"
    )
    #expect(
      TextProblem.Reason.yamlSyntax(problem: "did not find ':'", context: "while scanning").summary
        == "while scanning: did not find :"
    )
  }

  @Test func positionsOrderByLineThenColumn() {
    #expect(TextPosition(line: 1, column: 9) < TextPosition(line: 2, column: 1))
    #expect(TextPosition(line: 2, column: 1) < TextPosition(line: 2, column: 2))
    #expect(TextPosition(line: 3, column: 4).description == "3:4")
  }
}
