extension TextProblem.Shape {
  /// Whether a text has this shape.
  package func matches(_ text: String) -> Bool {
    let bytes = text.utf8
    switch self {
    case .fileExtension:
      return bytes.first == UInt8(ascii: ".") && (2...17).contains(bytes.count)
        && bytes.dropFirst().allSatisfy(ASCII.isLetterOrDigit)
    case .relativePath:
      let parts = bytes.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
      // An empty last part is allowed: a folder's name may end with a slash.
      return Self.oneLine.matches(text) && !bytes.contains(UInt8(ascii: "\\"))
        && bytes.first != UInt8(ascii: "/")
        && !parts.dropLast().contains { $0.isEmpty }
        && !parts.contains { $0.elementsEqual(".".utf8) || $0.elementsEqual("..".utf8) }
    case .keyID:
      return !bytes.isEmpty && bytes.count <= 128
        && bytes.allSatisfy {
          ASCII.isLetterOrDigit($0) || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: "-")
        }
    case .sha256:
      return bytes.count == 64
        && bytes.allSatisfy { ASCII.isDigit($0) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains($0) }
    case .oneLine:
      return !text.isEmpty && text.unicodeScalars.allSatisfy { UnicodeRules.refusal(of: $0) == nil }
    case .machinePath:
      return Self.oneLine.matches(text) && !HomePath.isOfAnotherUser(text)
    case .wholeNumber:
      return !bytes.isEmpty && (bytes.count == 1 || bytes.first != UInt8(ascii: "0"))
        && bytes.allSatisfy { ASCII.isDigit($0) }
    }
  }
}
