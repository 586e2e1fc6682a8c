import Testing

@testable import mmdos

/// Long messages are broken between words on a terminal.
@Suite struct LineWrapTests {
  private func wrapped(_ text: SafeText, _ width: Int) -> [String] {
    text.wrapped(to: width).text.split(separator: "\n").map(String.init)
  }

  @Test func linesAreBrokenBetweenWords() {
    #expect(
      wrapped("error: the quick brown fox jumps over it", 20) == [
        "error: the quick", "brown fox jumps over", "it",
      ]
    )
    #expect(wrapped("short", 20) == ["short"])
    #expect(wrapped("exactly twenty chars", 20) == ["exactly twenty chars"])
    // A word that fits into no line is not broken by us.
    #expect(wrapped("a veryveryveryverylongword b", 10) == ["a", "veryveryveryverylongword", "b"])
    #expect(wrapped("  indented words go on", 12) == ["  indented", "words go on"])
  }

  @Test func commandIsNotBroken() {
    let hint: SafeText = "hint: ask; if it is meant so: mmdos registry sync web --allow-rollback --approved"
    #expect(
      wrapped(hint, 60) == [
        "hint: ask; if it is meant so:", "mmdos registry sync web --allow-rollback --approved",
      ]
    )
    // A terminal breaks it, and copies it as one line.
    #expect(
      wrapped(hint, 30) == [
        "hint: ask; if it is meant so:", "mmdos registry sync web --allow-rollback --approved",
      ]
    )
    #expect(
      wrapped("mmdos registry set web changes it, mmdos registry remove web removes it", 40)
        == ["mmdos registry set web changes it,", "mmdos registry remove web removes it"]
    )
  }

  @Test func sentenceGoesOnAfterACommand() {
    #expect(
      wrapped("hint: mmdos registry audit accept rule slug where a registry has it, else the policy", 44)
        == ["hint: mmdos registry audit accept rule slug", "where a registry has it, else the policy"]
    )
    #expect(wrapped("use mmdos status and then go on", 14) == ["use", "mmdos status", "and then go on"])
  }

  @Test func nothingIsLostAndStylesStay() {
    let text: SafeText = "\("error:", .bad) ‘中文字’ and some more words \("faint", .faint)"
    for width in 1...60 {
      let result = text.wrapped(to: width)
      #expect(result.text.replacing("\n", with: " ") == text.text)
      #expect(result.styles == text.styles)
    }
  }
}
