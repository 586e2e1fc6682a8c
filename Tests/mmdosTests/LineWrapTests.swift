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
        "error: the quick", "  brown fox jumps", "  over it",
      ]
    )
    #expect(wrapped("short", 20) == ["short"])
    #expect(wrapped("exactly twenty chars", 20) == ["exactly twenty chars"])
    // A word that fits into no line is not broken by us, and is indented less where it fits then.
    #expect(wrapped("a veryveryveryverylongword b", 10) == ["a", "veryveryveryverylongword", "  b"])
    #expect(wrapped("one ninechars", 10) == ["one", "ninechars"])
    #expect(wrapped("  indented words go on", 12) == ["  indented", "    words go", "    on"])
  }

  @Test func lineGoesOnBelowItsLastColumn() {
    #expect(
      wrapped("  signature    unsigned registries are allowed", 30) == [
        "  signature    unsigned", "               registries are", "               allowed",
      ]
    )
    #expect(wrapped("  limit  12  of so many", 20) == ["  limit  12", "      of so many"])
    #expect(
      wrapped("mmdos registry trust list   the keys of all", 30) == [
        "mmdos registry trust list", "    the keys of all",
      ]
    )
  }

  @Test func indentationIsAsAskedFor() {
    let text: SafeText = "USAGE: mmdos registry serve <folder> [--port <port>] [--json]"
    #expect(
      text.wrapped(to: 30, hanging: 7).text.split(separator: "\n") == [
        "USAGE:", "mmdos registry serve <folder>", "       [--port <port>]", "       [--json]",
      ]
    )
    #expect(SafeText("all of it").wrapped(to: 4, hanging: 0).text == "all\nof\nit")
    #expect(SafeText("a  b  c d").wrapped(to: 8, hanging: 4, below: 6).text == "a  b\n    c d")
  }

  @Test func commandIsNotBroken() {
    let hint: SafeText = "hint: ask; if it is meant so: mmdos registry sync web --allow-rollback --approved"
    #expect(
      wrapped(hint, 60) == [
        "hint: ask; if it is meant so:", "  mmdos registry sync web --allow-rollback --approved",
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
        == ["mmdos registry set web changes it,", "  mmdos registry remove web removes it"]
    )
    #expect(wrapped("  mmdos registry sync web --approved", 20) == ["  mmdos registry sync web --approved"])
    #expect(
      wrapped("use 'mmdos init --approved'. It writes the files", 30) == [
        "use 'mmdos init --approved'.", "  It writes the files",
      ]
    )
    #expect(wrapped("an 'mmdos that is not closed", 20) == ["an 'mmdos that is", "  not closed"])
  }

  @Test func sentenceGoesOnAfterACommand() {
    #expect(
      wrapped("hint: mmdos registry audit accept rule slug where a registry has it, else the policy", 46)
        == ["hint: mmdos registry audit accept rule slug", "  where a registry has it, else the policy"]
    )
    #expect(
      wrapped("use mmdos status and then go on", 14) == ["use", "  mmdos status", "  and then go", "  on"]
    )
  }

  @Test(.timeLimit(.minutes(1)), arguments: ["'mmdos", "mmdos and", "[a", "mmdos"])
  func longTextTakesNoLonger(words: String) {
    let text = SafeText(Array(repeating: words, count: 30_000).joined(separator: " "))
    let result = text.wrapped(to: 60)
    #expect(result.text.split { " \n".contains($0) }.count == text.text.split(separator: " ").count)
  }

  @Test func nothingIsLostAndStylesStay() {
    let text: SafeText = "\("error:", .bad) ‘中文字’ and \("some more words", .good)  \("faint", .faint)"
    for width in 1...60 {
      let result = text.wrapped(to: width)
      #expect(result.text.split { " \n".contains($0) } == text.text.split(separator: " "))
      let styled = result.styles.map { result.slice($0.range).text }.joined(separator: " ")
      #expect(styled.replacing("\n", with: " ") == "error: some more words faint")
      // What is inserted has no colour.
      #expect(result.styles.allSatisfy { !result.slice($0.range).text.contains("\n") })
    }
  }
}
