import Foundation
import Testing

@testable import mmdos

/// What becomes of outside text in a page, and whether the page's colours can be read.
struct MarkupTests {
  @Test func everyCharacterOfHTMLIsEscaped() {
    #expect(Markup("<b>&\"'").html == "&lt;b&gt;&amp;&quot;&#39;")
    #expect(
      Markup(.code, [.title: "\"><script>'"], "</code>").html
        == "<code title=\"&quot;&gt;&lt;script&gt;&#39;\">&lt;/code&gt;</code>"
    )
    let raw = "<i>&amp;"
    #expect(("a \(raw) b" as Markup).html == "a &lt;i&gt;&amp;amp; b")
    #expect(Markup(SafeText("<b>")).html == "&lt;b&gt;")
  }

  @Test func markupIsNotEscapedAgain() {
    let strong = Markup(.strong, [:], "<x>")
    #expect(("(\(strong))" as Markup).html == "(<strong>&lt;x&gt;</strong>)")
    #expect([strong, "b"].joined(separator: " ").html == "<strong>&lt;x&gt;</strong> b")
  }

  @Test func noScalarReachesThePageThatCommandsOrHides() {
    for value in [0...0x33FF, 0xD7FF...0xD7FF, 0xE000...0x1FFFF, 0xE0000...0xE0FFF].joined()
      as FlattenSequence<
        [ClosedRange<UInt32>]
      >
    {
      guard let scalar = Unicode.Scalar(value) else { continue }
      let text = "a" + String(scalar)
      for html in [Markup(text).html, Markup(lineOfFile: text).html, Markup(.code, [.title: text]).html] {
        let isSafe = html.unicodeScalars.allSatisfy { Escaper.isShown($0) }
        #expect(isSafe, "U+\(String(value, radix: 16))")
      }
    }
  }

  @Test func textOfAnotherDirectionIsIsolated() {
    #expect(Markup.isolated("שלום").html == "<bdi>שלום</bdi>")
    #expect(Markup.isolated("plain <b>").html == "plain &lt;b&gt;")
  }

  @Test func secretsOfAddressesAreLeftOut() {
    #expect(!Markup("https://me:secret@a.example/x?token=1").html.contains("secret"))
    #expect(!Markup(.code, [.title: "https://me:secret@a.example/"]).html.contains("secret"))
  }

  // MARK: Colours

  /// WCAG 2.2: 1.4.3 wants 4.5 for text, 1.4.11 wants 3 for what a drawing is read by.
  @Test(arguments: ["light", "dark"]) func coloursAreToldApart(scheme: String) throws {
    let colours = try Self.colours(scheme)
    let texts =
      ["text", "soft", "link"].flatMap { [($0, "card"), ($0, "page")] }
      + ["good", "warning", "bad", "plain"].map { ($0, $0 + "-back") }
      + ["added", "changed", "removed"].map { ($0, "card") } + [("text", "code")]
    let drawings = ["one", "two", "three", "four", "five", "rest", "area", "soft"].map { ($0, "card") }
    for (pairs, least) in [(texts, 4.5), (drawings, 3.0)] {
      for (front, back) in pairs {
        let ratio = Self.contrast(try #require(colours[front]), try #require(colours[back]))
        #expect(ratio >= least, "\(front) on \(back): \(ratio)")
      }
    }
  }

  /// The colours that the style sheet declares for a scheme.
  private static func colours(_ scheme: String) throws -> [String: UInt32] {
    let parts = "\(ReportStyle.sheet)".components(separatedBy: "@media (prefers-color-scheme: dark)")
    #expect(parts.count == 2)
    let text = try #require(
      scheme == "light" ? parts.first : parts.last?.components(separatedBy: "* {").first
    )
    var colours: [String: UInt32] = [:]
    for match in text.matches(of: /--([a-z-]+): #([0-9a-f]{6});/) {
      colours[String(match.output.1)] = UInt32(match.output.2, radix: 16)
    }
    return colours
  }

  /// The contrast ratio of WCAG 2.2.
  private static func contrast(_ one: UInt32, _ other: UInt32) -> Double {
    let lights = [luminance(one), luminance(other)].sorted()
    return (lights[1] + 0.05) / (lights[0] + 0.05)
  }

  private static func luminance(_ colour: UInt32) -> Double {
    let parts = [16, 8, 0].map { shift -> Double in
      let value = Double(colour >> UInt32(shift) & 0xFF) / 255
      return value <= 0.04045 ? value / 12.92 : pow((value + 0.055) / 1.055, 2.4)
    }
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]
  }
}
