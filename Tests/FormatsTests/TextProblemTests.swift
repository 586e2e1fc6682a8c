import Testing

@testable import Formats

@Suite struct TextProblemTests {
  @Test func positionsOrderByLineThenColumn() {
    #expect(TextPosition(line: 1, column: 9) < TextPosition(line: 2, column: 1))
    #expect(TextPosition(line: 2, column: 1) < TextPosition(line: 2, column: 2))
    #expect(TextPosition(line: 3, column: 4).description == "3:4")
  }

  @Test func errorsOfOtherTypesAreComparedAsTheyAre() {
    #expect(ValueProblem(VersionProblem.emptyIdentifier) == ValueProblem(VersionProblem.emptyIdentifier))
    #expect(ValueProblem(VersionProblem.emptyIdentifier) != ValueProblem(VersionProblem.notANumber("a")))
    #expect(ValueProblem(VersionProblem.emptyIdentifier) != ValueProblem(TimestampProblem.leapSecond))
  }
}
