import TestSupport
import Testing

@testable import Formats

@Suite struct AddressRedactionTests {
  @Test(arguments: [
    ("https://me:pw@h.example/a", "https://…@h.example/a"),
    ("https://token@h.example", "https://…@h.example"),
    ("https://h.example/a?t=1&u=2", "https://h.example/a?…"),
    ("https://h.example/a#t", "https://h.example/a#…"),
    ("https://me:p@w@h.example/a?b#c", "https://…@h.example/a?…"),
    ("see https://h.example/a?t=1, then go", "see https://h.example/a?…, then go"),
    ("'https://me:pw@h.example/a?t=1': no", "'https://…@h.example/a?…': no"),
    ("https://me:p/w@h.example/a", "https://…@h.example/a"), ("HTTPS://me:pw@h/", "HTTPS://…@h/"),
    ("https:/me:pw@h.example/a", "https:/…@h.example/a"),
    ("ssh://git:pw@h/x y://a:b@c", "ssh://…@h/x y://…@c"),
    ("https://w.example/https://me:pw@h/?t", "https://w.example/https://…@h/?…"),
    ("https://me:p'w\"x@h.example/", "https://…@h.example/"),
    ("https://[::1]:8443/a?x", "https://[::1]:8443/a?…"),
    ("https://h.example/?a=https://me:pw@i/", "https://h.example/?…"),
  ])
  func secretIsLeftOut(text: String, expected: String) {
    #expect(AddressRedaction.redact(text) == expected)
    // What was left out once is not there a second time, nor does the result grow.
    #expect(AddressRedaction.redact(expected) == expected)
  }

  @Test(arguments: [
    "", "/", "a/b: c@d?e#f", "https://h.example/@scope/pkg@1.2/catalog.yaml", "https://h.example:8443/a.",
    "is it https://h.example/a?", "git@h.example:a/b", "12:30 me@h.example", "https://", "://x@y", "a:/",
    "C:/a/b",
    "https://[::1]/a", "mkdir: /a/b", "🦜://x",
  ])
  func textWithoutASecretStaysAsItIs(text: String) {
    #expect(AddressRedaction.redact(text) == text)
  }

  @Test(.timeLimit(.minutes(1)), arguments: ["a:/", "a:/b:c/", "a:/@", "a:/?"])
  func wordOfManyAddressesTakesLinearTime(part: String) {
    let text = String(repeating: part, count: 100_000)
    #expect(AddressRedaction.redact(text).hasPrefix("a:/"))
  }

  @Test func documentIsRedactedButForLinesOfFiles() {
    let secret = JSONValue.string("https://me:pw@h/")
    let value = JSONValue.object([
      ("a", .array([secret, .number(1), .null])), ("b", .object([("patch", secret), ("c", secret)])),
    ])
    let safe = JSONValue.string("https://…@h/")
    #expect(
      value.redacted(exceptIn: ["patch"])
        == .object([
          ("a", .array([safe, .number(1), .null])), ("b", .object([("patch", secret), ("c", safe)])),
        ])
    )
  }
}
