import RegistryModel
import Testing

@Suite struct MergeMarksTests {
  private static let conflict = """
    top
    <<<<<<< HEAD
    mine
    =======
    yours
    >>>>>>> other branch
    middle
    <<<<<<< HEAD
    ||||||| 1234567
    old
    =======
    added
    >>>>>>> other
    end

    """

  private func texts(_ text: String) -> [String]? {
    MergeMarks(parsing: Array(text.utf8)).map { marks in
      [marks.ours, marks.theirs, marks.base ?? Array("-".utf8)].map { String(decoding: $0, as: UTF8.self) }
    }
  }

  @Test func sidesAreTakenApart() {
    #expect(texts(Self.conflict) == ["top\nmine\nmiddle\nend\n", "top\nyours\nmiddle\nadded\nend\n", "-"])
    #expect(MergeMarks.firstLine(in: Array(Self.conflict.utf8)) == 2)
  }

  @Test func whatWasBeforeIsKnownWhereEveryConflictShowsIt() {
    let text = "<<<<<<< a\r\nA\r\n||||||| b\r\nB\r\n=======\r\nC\r\n>>>>>>> c\r\n"
    #expect(texts(text) == ["A\r\n", "C\r\n", "B\r\n"])
  }

  @Test(arguments: [
    "<<<<<<< a\nx\n", "<<<<<<< a\n>>>>>>> b\n", "=======\n", "<<<<<<< a\n=======\n=======\n>>>>>>> b\n",
    "<<<<<<< a\n<<<<<<< a\n=======\n>>>>>>> b\n", "<<<<<<< a\n=======\n||||||| b\n>>>>>>> b\n",
  ])
  func marksOutOfOrderAreRefused(text: String) {
    #expect(texts(text) == nil)
  }

  @Test(arguments: [
    "", "{\n}\n", "  <<<<<<< a\n", "<<<<<< a\n", "<<<<<<<< a\n", "<<<<<<<a\n", "text <<<<<<< a\n",
  ])
  func otherTextHasNoMarks(text: String) {
    #expect(MergeMarks.firstLine(in: Array(text.utf8)) == nil)
    #expect(texts(text) == [text, text, text])
  }
}
