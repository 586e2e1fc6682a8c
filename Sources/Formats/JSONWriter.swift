/// Writes JSON; used for the lockfile, `checksums.json` and what commands print.
package enum JSONWriter {
  /// JSON indented by two spaces with a final newline, one member or item per line; empty lists and objects take one.
  ///
  /// Every character that could change how a terminal shows the surrounding text is escaped (DESIGN section 1, rule
  /// 7). It parses to the same value as the minified form.
  package static func pretty(_ value: JSONValue) -> [UInt8] {
    var output = JSONOutput(layout: .pretty)
    output.write(value, indentation: 0)
    output.bytes.append(UInt8(ascii: "\n"))
    return output.bytes
  }

  /// JSON without any white space, escaping only what must be escaped, as `JSON.stringify` does.
  package static func minified(_ value: JSONValue) -> [UInt8] {
    var output = JSONOutput(layout: .minified)
    output.write(value, indentation: 0)
    return output.bytes
  }
}

/// The output buffer of a JSON writer.
struct JSONOutput {
  enum Layout {
    case pretty
    case minified
  }

  let layout: Layout
  var bytes: [UInt8] = []

  mutating func write(_ value: JSONValue, indentation: Int) {
    switch value.content {
    case .null: append("null")
    case .boolean(let value): append(value ? "true" : "false")
    case .number(let value): append(JSONNumber.text(of: value))
    case .string(let text): writeString(text)
    case .array(let items):
      writeList(open: "[", close: "]", count: items.count, indentation: indentation) { output, index in
        output.write(items[index], indentation: indentation + 1)
      }
    case .object(let members):
      writeList(open: "{", close: "}", count: members.count, indentation: indentation) { output, index in
        output.writeString(members[index].name)
        output.append(output.layout == .pretty ? ": " : ":")
        output.write(members[index].value, indentation: indentation + 1)
      }
    }
  }

  /// Writes brackets, commas and line breaks around what `writeItem` writes.
  mutating func writeList(
    open: String,
    close: String,
    count: Int,
    indentation: Int,
    writeItem: (inout JSONOutput, Int) -> Void
  ) {
    append(open)
    for index in 0..<count {
      if index > 0 { append(",") }
      breakLine(indentation + 1)
      writeItem(&self, index)
    }
    if count > 0 { breakLine(indentation) }
    append(close)
  }

  /// Writes a string in quotes (RFC 8259 section 7; INTEROP "Canonical payload", rule 3).
  mutating func writeString(_ text: String) {
    bytes.append(UInt8(ascii: "\""))
    let isPlain = text.utf8.allSatisfy {
      $0 >= 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\")
    }
    if isPlain {
      bytes.append(contentsOf: text.utf8)
    } else {
      for scalar in text.unicodeScalars { writeScalar(scalar) }
    }
    bytes.append(UInt8(ascii: "\""))
  }

  private mutating func writeScalar(_ scalar: Unicode.Scalar) {
    switch scalar {
    case "\"": append("\\\"")
    case "\\": append("\\\\")
    case "\u{8}": append("\\b")
    case "\t": append("\\t")
    case "\n": append("\\n")
    case "\u{C}": append("\\f")
    case "\r": append("\\r")
    case _ where scalar.value < 0x20: writeEscaped(scalar)
    case _ where layout == .pretty && UnicodeRules.refusal(of: scalar) != nil: writeEscaped(scalar)
    default: bytes.append(contentsOf: UTF8.encode(scalar) ?? .init())
    }
  }

  private mutating func writeEscaped(_ scalar: Unicode.Scalar) {
    for unit in String(scalar).utf16 {
      let digits = String(unit, radix: 16)
      append("\\u" + String(repeating: "0", count: 4 - digits.count) + digits)
    }
  }

  private mutating func breakLine(_ indentation: Int) {
    guard layout == .pretty else { return }
    bytes.append(UInt8(ascii: "\n"))
    bytes.append(contentsOf: repeatElement(UInt8(ascii: " "), count: indentation * 2))
  }

  private mutating func append(_ text: String) { bytes.append(contentsOf: text.utf8) }
}
