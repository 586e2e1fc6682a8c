import Testing

@testable import Formats

struct LineEndsTests {
  @Test(arguments: [
    ("", "", ""), ("a\nb\n", "a\nb\n", "a\r\nb\r\n"), ("a\r\nb\n", "a\nb\n", "a\r\nb\r\n"),
    ("a\rb\r\n", "a\rb\n", "a\rb\r\n"), ("a\r", "a\r", "a\r"), ("\r\r\n", "\r\n", "\r\r\n"),
    ("\n", "\n", "\r\n"),
  ])
  func lineEndsAreConverted(text: String, newlines: String, returns: String) {
    let bytes = Array(text.utf8)
    #expect(LineEnds.withNewlines(bytes) == Array(newlines.utf8))
    #expect(LineEnds.withCarriageReturns(bytes) == Array(returns.utf8))
  }

  @Test(arguments: [("a\r\n", true), ("a\n", false), ("a", false), ("a\r\nb\n", false), ("a\r\nb", true)])
  func textIsToldByItsLineEnds(text: String, areReturns: Bool) {
    #expect(LineEnds.areAllCarriageReturns(Array(text.utf8)) == areReturns)
  }
}
