import TestSupport
import Testing

@testable import ObjectStore

struct SHA256Tests {
  /// NIST, Cryptographic Standards and Guidelines: Example Values, SHA-256; FIPS 180-2 appendix B.
  @Test(arguments: [
    ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    ),
    (
      "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrs"
        + "mnopqrstnopqrstu",
      "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"
    ),
    (
      String(repeating: "a", count: 1_000_000),
      "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
    ),
  ])
  func publishedExamplesComeOut(message: String, expected: String) {
    #expect(ObjectID(hashing: Array(message.utf8)).description == expected)
  }

  @Test func piecesHashAsTheWhole() {
    var generator = SeededGenerator(seed: 3)
    let message = generator.bytes(100_000)
    var digest = SHA256()
    var start = 0
    while start < message.count {
      let end = min(message.count, start + Int.random(in: 0...3000, using: &generator))
      let piece = Array(message[start..<end])
      digest.update(piece.span.bytes)
      start = end
    }
    #expect(digest.finish() == ObjectID(hashing: message))
  }

  @Test func finishedDigestStartsAgainFromNothing() {
    let message = Array("abc".utf8)
    var digest = SHA256()
    digest.update(message.span.bytes)
    #expect(digest.finish() == ObjectID(hashing: message))
    #expect(digest.finish() == ObjectID(hashing: []))
    digest.update(message.span.bytes)
    #expect(digest.finish() == ObjectID(hashing: message))
  }
}
