/// The rule about images whose address is a template for secrets: showing the image would send them.
enum RequestRules {
  /// The number of bytes of an address that are read.
  private static let maxBytes = 1_024

  /// Looks in text for `![…](https://host/path?d={{contents of .env}})`.
  ///
  /// With spaces it is not an image to a parser, but still an instruction to an agent that fills it in.
  static func scan(_ text: SourceText, _ document: AuditDocument, into sink: inout FindingSink) {
    let bytes = text.bytes
    guard bytes.contains(UInt8(ascii: "!")) else { return }
    var offset = 0
    while let start = bytes.offset(of: "![", from: offset) {
      guard let open = bytes.offset(of: "](http", from: start) else { return }
      guard open - start <= Self.maxBytes else {
        // An image that begins earlier cannot reach it.
        offset = open - Self.maxBytes
        continue
      }
      let address = bytes[(open + 2)...].prefix(Self.maxBytes)
      let close = address.firstIndex { $0 == UInt8(ascii: ")") || $0 == 0x0A } ?? address.endIndex
      judge(bytes[(open + 2)..<close], at: text.source(at: start), document, into: &sink)
      offset = close
    }
  }

  /// Checks the address of an image.
  static func scan(
    target: [UInt8],
    at source: Int,
    _ document: AuditDocument,
    into sink: inout FindingSink
  ) {
    judge(target.prefix(maxBytes), at: source, document, into: &sink)
  }

  private static func judge(
    _ address: ArraySlice<UInt8>,
    at source: Int,
    _ document: AuditDocument,
    into sink: inout FindingSink
  ) {
    guard let open = address.firstIndex(where: { "{<$[".utf8.contains($0) }) else { return }
    let words = InstructionShape.words(of: address[open...]).map(\.text)
    guard words.contains(where: secrets.contains), words.count >= 2 || words.contains("env") else { return }
    sink.add(.environmentUpload, document, at: source, "an image whose address is to carry secrets")
  }

  private static let secrets: Set<String> = [
    "env", "secret", "secrets", "password", "passwords", "credentials", "conversation", "environment", "ssh",
    "history",
    "contents", "cookies",
  ]
}
