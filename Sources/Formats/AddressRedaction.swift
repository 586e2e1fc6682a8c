/// Leaves out of web addresses in a text what may be a secret: user name and password, query, fragment.
///
/// Every text that is printed passes through here, whoever wrote it, so that a password in an address of a file, a
/// server or an archive never reaches a terminal or a log. It errs on the side of leaving out too much.
package enum AddressRedaction {
  /// The text with `…` in place of what was left out.
  package static func redact(_ text: String) -> String {
    // Nearly no text has an address, and a manifest may name many thousands of files.
    guard text.utf8.contains(slash) else { return text }
    let bytes = Array(text.utf8)
    guard findMark(bytes[...]) != nil else { return text }
    return String(decoding: redact(bytes[...]), as: UTF8.self)
  }

  private static let slash = UInt8(ascii: "/")
  private static let colon = UInt8(ascii: ":")
  private static let ellipsis = Array("…".utf8)

  private static func redact(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
    var output: [UInt8] = []
    var rest = bytes
    var token = Token(bytes[bytes.startIndex..<bytes.startIndex])
    while let mark = findMark(rest) {
      output += rest[..<mark]
      if mark >= token.bytes.endIndex { token = Token(rest[mark...].prefix { !isSpace($0) }) }
      let authorityEnd =
        token.bytes[mark...].firstIndex(where: { "/?#\\".utf8.contains($0) }) ?? token.bytes.endIndex
      let host = token.afterUserInfo(of: mark..<authorityEnd)
      if host > mark { output += ellipsis + [UInt8(ascii: "@")] }
      // After user info that has a slash in it, the authority ends further on.
      let pathStart = max(host, authorityEnd)
      output += token.bytes[host..<pathStart]
      if let end = token.secretStart(from: pathStart) {
        let punctuation = token.bytes[end...].dropFirst().reversed().prefix {
          "'\",.:;!?)]}>".utf8.contains($0)
        }
        .count
        let secretEnd = token.bytes.endIndex - punctuation
        // The path may hold a second address.
        output += redact(token.bytes[pathStart..<end]) + [token.bytes[end]]
        if secretEnd > end + 1 { output += ellipsis }
        rest = rest[secretEnd...]
      } else {
        rest = rest[pathStart...]
      }
    }
    return output + rest
  }

  /// A word without blanks, in which several addresses may stand; what is looked for to its end is looked for once, so
  /// that the time is linear in the text.
  private struct Token {
    let bytes: ArraySlice<UInt8>
    private let lastAt: Int?
    private var nextSecret: Int?

    init(_ bytes: ArraySlice<UInt8>) {
      self.bytes = bytes
      lastAt = bytes.lastIndex(of: UInt8(ascii: "@"))
      nextSecret = bytes.startIndex
    }

    /// The first query or fragment behind a place.
    mutating func secretStart(from start: Int) -> Int? {
      guard let known = nextSecret else { return nil }
      // At first it is the beginning, where nothing is known yet.
      if known < start || known == bytes.startIndex {
        nextSecret = bytes[start...].firstIndex { "?#".utf8.contains($0) }
      }
      return nextSecret
    }

    /// Where the host begins; the start of the authority if there is no user info.
    func afterUserInfo(of authority: Range<Int>) -> Int {
      if let index = bytes[authority].lastIndex(of: UInt8(ascii: "@")) { return index + 1 }
      // A password may have a slash: what follows the colon is then no port.
      guard let index = bytes[authority].lastIndex(of: colon),
        !bytes[(index + 1)..<authority.upperBound].allSatisfy(ASCII.isDigit),
        let later = lastAt, later >= authority.upperBound
      else { return authority.lowerBound }
      return later + 1
    }
  }

  /// Where the authority of the first address begins: after a scheme's colon and its slashes.
  ///
  /// One slash is enough: `https:/user:password@host` is what is left of an address that was taken for a path.
  private static func findMark(_ bytes: ArraySlice<UInt8>) -> Int? {
    var rest = bytes
    while let index = rest.firstIndex(of: colon) {
      rest = rest[(index + 1)...]
      guard index > bytes.startIndex, ASCII.isLetterOrDigit(bytes[index - 1]), rest.first == slash else {
        continue
      }
      return rest.firstIndex { $0 != slash } ?? rest.endIndex
    }
    return nil
  }

  private static func isSpace(_ byte: UInt8) -> Bool { byte <= 0x20 }
}

extension JSONValue {
  /// The value with the secrets of addresses left out of every string, but for members that hold the text of a file.
  package func redacted(exceptIn names: Set<String>) -> JSONValue {
    switch content {
    case .string(let text): JSONValue(.string(AddressRedaction.redact(text)), at: position)
    case .array(let items): JSONValue(.array(items.map { $0.redacted(exceptIn: names) }), at: position)
    case .object(let members):
      JSONValue(
        .object(
          members.map { member in
            names.contains(member.name)
              ? member
              : JSONMember(member.name, member.value.redacted(exceptIn: names), at: member.position)
          }
        ),
        at: position
      )
    case .null, .boolean, .number: self
    }
  }
}

extension String {
  /// Whether an address holds a user name, a password, a query or a fragment, or may hold one, if it is malformed.
  package var mayHoldSecret: Bool { utf8.contains { "@?#".utf8.contains($0) } }
}
