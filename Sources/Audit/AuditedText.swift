import Formats

/// The lines around a finding, in which invisible characters are made visible.
package struct AuditContext: Equatable, Sendable {
  /// How many lines are shown before and after that of a finding.
  package static let lineCount = 2

  /// The number of the first line, from 1.
  package let firstLine: Int
  package let lines: [String]

  /// The number of the last line.
  package var lastLine: Int { firstLine + max(0, lines.count - 1) }
}

/// The text of a file that was audited, from which the lines around its findings are taken.
package struct AuditedText: Sendable {
  private let document: AuditDocument

  package init(_ bytes: [UInt8]) {
    document = AuditDocument(bytes)
  }

  /// The lines around a finding, of which its own is as the finding shows it; nil where the text has no such line.
  package func context(of finding: AuditFinding) -> AuditContext? {
    let line = finding.position.line - 1
    // What follows the last line end is no line.
    let isEnded = document.bytes.isEmpty || document.bytes.last == UInt8(ascii: "\n")
    let count = document.lineCount - (isEnded ? 1 : 0)
    guard line >= 0, line < count else { return nil }
    let range = max(0, line - AuditContext.lineCount)...min(count - 1, line + AuditContext.lineCount)
    let lines = range.map { index -> String in
      if index == line { return finding.excerpt }
      let bounds = document.line(index)
      return VisibleText.excerpt(of: document.bytes, around: bounds.lowerBound, within: bounds)
    }
    return AuditContext(firstLine: range.lowerBound + 1, lines: lines)
  }
}
