import Formats

/// The PEM encoding of keys (RFC 7468); only the exact form that openssl writes is read.
enum KeyPEM {
  static let publicLabel = "PUBLIC KEY"
  static let privateLabel = "PRIVATE KEY"
  private static let lineLength = 64

  /// The PEM text, with its final newline.
  static func encode(_ der: [UInt8], label: String) -> String {
    let digits = Array(StrictBase64.encode(der).utf8)
    let lines = stride(from: 0, to: digits.count, by: lineLength).map {
      String(decoding: digits[$0..<min($0 + lineLength, digits.count)], as: UTF8.self)
    }
    return "-----BEGIN \(label)-----\n\(lines.joined(separator: "\n"))\n-----END \(label)-----\n"
  }

  /// Decodes a PEM text; only the final newline may be missing.
  ///
  /// - Throws: `KeyProblem`.
  static func decode(_ text: String, label: String) throws(KeyProblem) -> [UInt8] {
    var lines = text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
      .map { String(Substring($0)) }
    if lines.last == "" { lines.removeLast() }
    let found = lines.first.flatMap(Self.label)
    if label == privateLabel, found == "ENCRYPTED PRIVATE KEY" { throw .encrypted }
    // Compared as bytes: for `String` the Kelvin sign equals K.
    guard found.map({ $0.utf8.elementsEqual(label.utf8) }) == true else {
      throw .wrongLabel(expected: label, found: found)
    }
    let body = lines.dropFirst().dropLast()
    let end = "-----END \(label)-----"
    guard lines.count > 2, lines.last?.utf8.elementsEqual(end.utf8) == true, let last = body.last,
      !last.isEmpty,
      last.utf8.count <= lineLength, body.dropLast().allSatisfy({ $0.utf8.count == lineLength })
    else { throw .malformedPEM }
    guard let der = StrictBase64.decode(body.joined()) else { throw .malformedPEM }
    return der
  }

  private static func label(of line: String) -> String? {
    let (head, tail) = ("-----BEGIN ", "-----")
    guard line.utf8.starts(with: head.utf8), line.hasSuffix(tail), line.utf8.count > head.utf8.count + 5
    else {
      return nil
    }
    return String(line.dropFirst(head.count).dropLast(tail.count))
  }
}
