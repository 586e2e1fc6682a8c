package import ObjectStore

/// One line of a reflog: git's format, so that people can read it with what they know.
///
///     <old id> <new id> mmdos/<version> <mmdos> <seconds since 1970> +0000\t<message>*(\t<field>)\n
///
/// 64 zeros as the old id stand for a ref that was absent. The fields, in this order, each only where it applies:
/// `pin=set` or `pin=clear`, `turn=<number>`, `override=<name>` for each, `history=own`, `voucher=<64 hex digits>`.
package struct ReflogEntry: Equatable, Sendable {
  /// The value before the change; nil if the ref was absent.
  package let old: ObjectID?

  /// The value after the change.
  package let new: ObjectID

  /// Who, when and why.
  package let note: ReflogNote

  /// Says who wrote the line; nil in lines of older versions, and where a machine has no key.
  package let voucher: Voucher?

  /// Whether another value came; a line about the pin alone has the same one twice.
  package var isMove: Bool { old != new }

  /// Makes an entry.
  package init(old: ObjectID?, new: ObjectID, note: ReflogNote, voucher: Voucher? = nil) {
    self.old = old
    self.new = new
    self.note = note
    self.voucher = voucher
  }

  /// The same entry with a voucher of this machine, if it has a key.
  package func vouched(by notary: any Notary) -> ReflogEntry {
    ReflogEntry(
      old: old,
      new: new,
      note: note,
      voucher: notary.voucher(for: Array(statement.utf8), as: .reflog)
    )
  }

  /// Whether this machine wrote the line.
  package func isVouched(by notary: any Notary) -> Bool {
    guard let voucher else { return false }
    return notary.isRight(voucher, for: Array(statement.utf8), as: .reflog)
  }

  /// The line, with its newline.
  package func encode() -> [UInt8] {
    Array((statement + (voucher.map { "\t\(Self.voucherField)\($0)" } ?? "") + "\n").utf8)
  }

  /// What is vouched for: the line without voucher and newline.
  private var statement: String {
    let head = "\(old ?? .zero) \(new) mmdos/\(note.agentVersion) <mmdos> \(note.seconds) +0000"
    return ([head, note.message] + note.facts.fields).joined(separator: "\t")
  }

  private static let voucherField = "voucher="

  /// Reads a line without its newline; nil for anything that `encode` does not write.
  static func decode(_ line: ArraySlice<UInt8>) -> ReflogEntry? {
    guard let text = String(validating: line, as: UTF8.self) else { return nil }
    // By bytes: for `String`, a tab or a space and a mark that combines with it are one character.
    var parts = text.utf8.split(separator: UInt8(ascii: "\t"), omittingEmptySubsequences: false)
      .map { Substring($0) }
    guard parts.count >= 2 else { return nil }
    let head = parts.removeFirst().utf8.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
      .map { String(Substring($0)) }
    guard head.count == 6, head[2].hasPrefix("mmdos/"),
      let old = ObjectID(hex: head[0]), let new = ObjectID(hex: head[1]), new != .zero,
      let seconds = Int64(head[4])
    else { return nil }
    let message = String(parts.removeFirst())
    var voucher: Voucher?
    if let last = parts.last, last.hasPrefix(voucherField) {
      voucher = Voucher(hex: last.dropFirst(voucherField.count))
      parts.removeLast()
    }
    guard let facts = ReflogFacts(fields: parts) else { return nil }
    // Losing the error is right: which of its rules a damaged line breaks tells nobody anything.
    let note = try? ReflogNote(
      agentVersion: String(head[2].dropFirst("mmdos/".count)),
      seconds: seconds,
      message: message,
      facts: facts
    )
    guard let note else { return nil }
    let entry = ReflogEntry(old: old == .zero ? nil : old, new: new, note: note, voucher: voucher)
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
