import Formats

/// The rule about variables that hold secrets, where commands use them.
enum VariableRules {
  /// Finds `$NAME`, `${NAME`, `$env:NAME`, `secrets.NAME`, `env.NAME` and `%NAME%` of secrets.
  static func scan(_ text: SourceText, _ document: AuditDocument, into sink: inout FindingSink) {
    let bytes = text.bytes
    for range in candidates(in: bytes) where isVariable(bytes, range.lowerBound, range.upperBound) {
      let name = String(decoding: bytes[range], as: UTF8.self)
      if isSecret(name) {
        sink.add(.credentialVariable, document, at: text.source(at: range.lowerBound), "'\(name)'")
      }
    }
  }

  /// What may be a name, by the byte before it and its length.
  private static func candidates(in bytes: [UInt8]) -> [Range<Int>] {
    let kinds = kinds
    return bytes.withUnsafeBufferPointer { bytes in
      kinds.withUnsafeBufferPointer { kinds in
        var found: [Range<Int>] = []
        var offset = 1
        while offset < bytes.count {
          guard kinds[Int(bytes[offset - 1])] == .sign, kinds[Int(bytes[offset])] == .ofName else {
            offset += 1
            continue
          }
          var end = offset + 1
          while end < bytes.count, kinds[Int(bytes[end])] == .ofName { end += 1 }
          if (4...64).contains(end - offset) { found.append(offset..<end) }
          offset = end
        }
        return found
      }
    }
  }

  /// Whether a variable's name says that it holds a secret.
  static func isSecret(_ name: String) -> Bool {
    names.contains(name) || endings.contains { name.hasSuffix($0) }
  }

  private static let names: Set<String> = ["GOOGLE_APPLICATION_CREDENTIALS", "KUBECONFIG", "PGPASSWORD"]
  private static let endings = [
    "_TOKEN", "_SECRET", "_PASSWORD", "_API_KEY", "_PRIVATE_KEY", "_SECRET_KEY", "_SECRET_ACCESS_KEY",
    "_ACCESS_KEY_ID", "_CREDENTIALS",
  ]

  private enum Kind {
    case ofName, sign, other
  }

  /// What each byte is: one of a variable's name, or one that `isVariable` knows before it.
  private static let kinds: [Kind] = (0...255).map { byte in
    switch UInt8(byte) {
    case 0x41...0x5A, 0x30...0x39, UInt8(ascii: "_"): .ofName
    case UInt8(ascii: "$"), UInt8(ascii: "{"), UInt8(ascii: "%"), UInt8(ascii: ":"), UInt8(ascii: "."): .sign
    default: .other
    }
  }

  private static func isVariable(_ bytes: [UInt8], _ start: Int, _ end: Int) -> Bool {
    guard start > 0 else { return false }
    func precedes(_ text: StaticString) -> Bool { bytes.has(text, endingAt: start) }
    switch bytes[start - 1] {
    case UInt8(ascii: "$"): return true
    case UInt8(ascii: "{"): return precedes("${")
    case UInt8(ascii: "%"): return end < bytes.count && bytes[end] == UInt8(ascii: "%")
    case UInt8(ascii: ":"): return precedes("$env:") || precedes("{env:")
    case UInt8(ascii: "."): return precedes("secrets.") || precedes("env.")
    default: return false
    }
  }
}

extension [UInt8] {
  /// Whether a text ends at an offset, ignoring the case of ASCII letters; `text` must be in lower case.
  func has(_ text: StaticString, endingAt end: Int) -> Bool {
    let start = end - text.utf8CodeUnitCount
    guard start >= 0, end <= count else { return false }
    return text.withUTF8Buffer { wanted in
      wanted.indices.allSatisfy { index in
        let byte = self[start + index]
        return wanted[index] == ((0x41...0x5A).contains(byte) ? byte | 0x20 : byte)
      }
    }
  }
}
