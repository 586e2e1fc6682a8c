package import ObjectStore

/// Who changed a ref, when and why: what a reflog line says besides the two values.
package struct ReflogNote: Equatable, Sendable {
  /// The version of mmdos that made the change.
  package let agentVersion: String

  /// The time of the change, in seconds since 1970, UTC.
  package let seconds: Int64

  /// One line of text, without control characters.
  package let message: String

  /// Checks what goes into a line.
  ///
  /// - Parameters:
  ///   - agentVersion: Letters, digits, `.`, `-` and `+`; at least one.
  ///   - seconds: Seconds since 1970, not negative.
  ///   - message: At least one character; no control character, no line or paragraph separator.
  /// - Throws: `RefError.malformedAgent`, `.malformedTime`, `.malformedMessage`.
  package init(agentVersion: String, seconds: Int64, message: String) throws(RefError) {
    guard !agentVersion.isEmpty, agentVersion.utf8.allSatisfy(isVersionByte) else {
      throw .malformedAgent(agentVersion)
    }
    guard seconds >= 0 else { throw .malformedTime(seconds) }
    guard !message.isEmpty, message.unicodeScalars.allSatisfy(Self.isPrinting) else {
      throw .malformedMessage(message)
    }
    self.agentVersion = agentVersion
    self.seconds = seconds
    self.message = message
  }

  private static func isPrinting(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .lineSeparator, .paragraphSeparator: false
    default: true
    }
  }
}

/// One line of a reflog: git's format, so that people can read it with what they know.
///
///     <old id> <new id> mmdos/<version> <mmdos> <seconds since 1970> +0000\t<message>\n
///
/// 64 zeros as the old id stand for a ref that was absent.
package struct ReflogEntry: Equatable, Sendable {
  /// The value before the change; nil if the ref was absent.
  package let old: ObjectID?

  /// The value after the change.
  package let new: ObjectID

  /// Who, when and why.
  package let note: ReflogNote

  /// Makes an entry.
  package init(old: ObjectID?, new: ObjectID, note: ReflogNote) {
    self.old = old
    self.new = new
    self.note = note
  }

  /// The line, with its newline.
  package func encode() -> [UInt8] {
    let line =
      "\(old ?? .zero) \(new) mmdos/\(note.agentVersion) <mmdos> \(note.seconds) +0000\t\(note.message)\n"
    return Array(line.utf8)
  }

  /// Reads a line without its newline; nil for anything that `encode` does not write.
  static func decode(_ line: ArraySlice<UInt8>) -> ReflogEntry? {
    guard let text = String(validating: line, as: UTF8.self),
      let tab = text.utf8.firstIndex(of: UInt8(ascii: "\t"))
    else { return nil }
    // By bytes: for `String`, a space and a mark that combines with it are one character.
    let fields = text.utf8[..<tab].split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
      .map { String(Substring($0)) }
    guard fields.count == 6, fields[2].hasPrefix("mmdos/"),
      let old = ObjectID(hex: fields[0]), let new = ObjectID(hex: fields[1]), new != .zero,
      let seconds = Int64(fields[4])
    else { return nil }
    // Losing the error is right: which of its rules a damaged line breaks tells nobody anything.
    let note = try? ReflogNote(
      agentVersion: String(fields[2].dropFirst("mmdos/".count)),
      seconds: seconds,
      message: String(text[text.utf8.index(after: tab)...])
    )
    guard let note else { return nil }
    let entry = ReflogEntry(old: old == .zero ? nil : old, new: new, note: note)
    // Canonical or corrupt: whatever this reader is lenient about would not be written so.
    return entry.encode().dropLast() == line ? entry : nil
  }
}

/// Whether a byte may occur in a version number.
func isVersionByte(_ byte: UInt8) -> Bool {
  switch byte {
  case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
    UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "+"):
    true
  default: false
  }
}
