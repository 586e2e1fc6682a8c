import Testing

@testable import Audit

/// What md4c is given, and what is believed of what it says.
struct MarkdownParserTests {
  /// Adds up the texts of a page.
  private final class Texts: MarkdownEvents {
    var bytes: [UInt8] = []

    func enter(_ part: MarkdownPart) -> Bool { true }
    func leave(_ part: MarkdownPart) -> Bool { true }
    func text(_ kind: MarkdownText, _ bytes: UnsafeRawBufferPointer, _ range: Range<Int>?) -> Bool {
      self.bytes.append(contentsOf: bytes)
      return true
    }
  }

  /// A page that ends within a link is no link, whatever lies behind it in memory.
  @Test(arguments: ["[](d-", "a [b](c", "[a](<b>", "[a](b \"c\"", "---x | y` [r](j.d[](d-"])
  func byteBehindThePageIsNoPartOfIt(page: String) {
    // The byte stays where it was; md4c once took it for the end of the link.
    var bytes = Array((page + ")").utf8)
    bytes.removeLast()
    let texts = Texts()
    #expect(MarkdownParser.parse(bytes[...], into: texts))
    #expect(String(decoding: texts.bytes, as: UTF8.self) == page)
  }

  @Test func emptyPageIsWhole() {
    let texts = Texts()
    #expect(MarkdownParser.parse([], into: texts) && texts.bytes.isEmpty)
  }
}
