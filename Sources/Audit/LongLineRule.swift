/// The rule about very long lines, whose end most viewers do not show.
enum LongLineRule {
  /// A longer line, in characters, is reported.
  static let maxLength = 2_000

  static func scan(_ line: AuditLine, into sink: inout FindingSink) {
    guard !line.isContinuation, line.bytes.count > maxLength else { return }
    let length = line.length
    guard length > maxLength else { return }
    sink.add(.longLine, line, at: 0, line.isCut ? "more than \(length) characters" : "\(length) characters")
  }
}
